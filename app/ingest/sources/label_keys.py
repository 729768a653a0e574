"""The sections of a drug label: openFDA's keys, their numbers, titles, parts and order.

By 21 CFR 201.57 (labels in the format of 2006), 201.80 (those before) and 201.66 (Drug Facts).
"""

SECTION_NUMBERS = {
    "indications_and_usage": 1,
    "dosage_and_administration": 2,
    "dosage_forms_and_strengths": 3,
    "contraindications": 4,
    "warnings_and_cautions": 5,
    "adverse_reactions": 6,
    "drug_interactions": 7,
    "use_in_specific_populations": 8,
    "drug_abuse_and_dependence": 9,
    "overdosage": 10,
    "description": 11,
    "clinical_pharmacology": 12,
    "nonclinical_toxicology": 13,
    "clinical_studies": 14,
    "references": 15,
    "how_supplied": 16,
    "information_for_patients": 17,
}
"""The number of each section, by 21 CFR 201.57."""

KEYS_BY_NUMBER = {number: key for key, number in SECTION_NUMBERS.items()}

PARTS = {
    "warnings": (
        "boxed_warning",
        "do_not_use",
        "ask_doctor",
        "ask_doctor_or_pharmacist",
        "ask_doctor_pharmacist",
        "when_using",
        "stop_use",
        "pregnancy_or_breast_feeding",
        "keep_out_of_reach_of_children",
    ),
    "precautions": (
        "general_precautions",
        "information_for_patients",
        "laboratory_tests",
        "drug_interactions",
        "drug_and_or_laboratory_test_interactions",
        "carcinogenesis_and_mutagenesis_and_impairment_of_fertility",
        "pregnancy",
        "teratogenic_effects",
        "nonteratogenic_effects",
        "labor_and_delivery",
        "nursing_mothers",
        "pediatric_use",
        "geriatric_use",
    ),
    "use_in_specific_populations": (
        "pregnancy",
        "teratogenic_effects",
        "nonteratogenic_effects",
        "labor_and_delivery",
        "lactation",
        "nursing_mothers",
        "pediatric_use",
        "geriatric_use",
    ),
    "pregnancy": ("teratogenic_effects", "nonteratogenic_effects", "risks"),
    "drug_interactions": ("drug_and_or_laboratory_test_interactions",),
    "drug_abuse_and_dependence": ("controlled_substance", "abuse", "dependence"),
    "clinical_pharmacology": (
        "mechanism_of_action",
        "pharmacodynamics",
        "pharmacokinetics",
        "microbiology",
        "pharmacogenomics",
    ),
    "nonclinical_toxicology": (
        "carcinogenesis_and_mutagenesis_and_impairment_of_fertility",
        "animal_pharmacology_and_or_toxicology",
    ),
    "how_supplied": ("storage_and_handling",),
    "active_ingredient": ("purpose",),
}
"""Which sections have parts with keys of their own, by the regulation and by openFDA's labels.

Labels nest others as well, by mistake or on purpose. This list decides two things alone: whether
a part of a few words is looked for, and whether one without a number ends the subsection before.
"""

UNCLASSIFIED = "spl_unclassified_section"
"""Where openFDA puts what has no LOINC code: most subsections, and what belongs nowhere."""

LEAFLETS = (
    "patient_medication_information",
    "spl_patient_package_insert",
    "spl_medguide",
    "instructions_for_use",
    "package_label_principal_display_panel",
)
"""Texts of their own that repeat sentences of the label: they are asked last what is part of them.
"""

_ORDER_OF_2006 = (
    "statement_of_identity",
    "boxed_warning",
    "recent_major_changes",
    "indications_and_usage",
    "dosage_and_administration",
    "dosage_forms_and_strengths",
    "contraindications",
    "warnings_and_cautions",
    "warnings",
    "precautions",
    "general_precautions",
    "user_safety_warnings",
    "adverse_reactions",
    "drug_interactions",
    "drug_and_or_laboratory_test_interactions",
    "laboratory_tests",
    "use_in_specific_populations",
    "pregnancy",
    "risks",
    "teratogenic_effects",
    "nonteratogenic_effects",
    "labor_and_delivery",
    "lactation",
    "nursing_mothers",
    "pediatric_use",
    "geriatric_use",
    "drug_abuse_and_dependence",
    "controlled_substance",
    "abuse",
    "dependence",
    "overdosage",
    "description",
    "clinical_pharmacology",
    "mechanism_of_action",
    "pharmacodynamics",
    "pharmacokinetics",
    "microbiology",
    "pharmacogenomics",
    "nonclinical_toxicology",
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility",
    "animal_pharmacology_and_or_toxicology",
    "clinical_studies",
    "references",
    "how_supplied",
    "storage_and_handling",
    "information_for_patients",
)
"""The order of a prescription drug's label, by 21 CFR 201.57."""

_ORDER_BEFORE = (
    "statement_of_identity",
    "boxed_warning",
    "recent_major_changes",
    "description",
    "clinical_pharmacology",
    "mechanism_of_action",
    "pharmacodynamics",
    "pharmacokinetics",
    "microbiology",
    "pharmacogenomics",
    "clinical_studies",
    "indications_and_usage",
    "contraindications",
    "warnings",
    "warnings_and_cautions",
    "user_safety_warnings",
    "precautions",
    "general_precautions",
    "information_for_patients",
    "laboratory_tests",
    "drug_interactions",
    "drug_and_or_laboratory_test_interactions",
    "nonclinical_toxicology",
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility",
    "use_in_specific_populations",
    "pregnancy",
    "risks",
    "teratogenic_effects",
    "nonteratogenic_effects",
    "labor_and_delivery",
    "lactation",
    "nursing_mothers",
    "pediatric_use",
    "geriatric_use",
    "adverse_reactions",
    "drug_abuse_and_dependence",
    "controlled_substance",
    "abuse",
    "dependence",
    "overdosage",
    "dosage_and_administration",
    "dosage_forms_and_strengths",
    "how_supplied",
    "storage_and_handling",
    "animal_pharmacology_and_or_toxicology",
    "references",
)
"""The order of the format before 2006, by 21 CFR 201.80."""

_ORDER_OF_OTC = (
    "statement_of_identity",
    "active_ingredient",
    "purpose",
    "boxed_warning",
    "indications_and_usage",
    "warnings",
    "do_not_use",
    "ask_doctor",
    "ask_doctor_or_pharmacist",
    "ask_doctor_pharmacist",
    "when_using",
    "stop_use",
    "pregnancy_or_breast_feeding",
    "keep_out_of_reach_of_children",
    "overdosage",
    "dosage_and_administration",
    "storage_and_handling",
    "inactive_ingredient",
    "questions",
)
"""The order of Drug Facts, by 21 CFR 201.66."""

_REST = (
    "health_claim",
    "safe_handling_warning",
    "other_safety_information",
    "veterinary_indications",
    "residue_warning",
    "environmental_warning",
    "food_safety_warning",
    "disposal_and_waste_handling",
    "components",
    "route",
    "information_for_owners_caregivers",
    "information_for_owners_or_caregivers",
    "health_care_provider_letter",
    "accessories",
    "alarms",
    "assembly_or_installation_instructions",
    "calibration_instructions",
    "cleaning",
    "compatible_accessories",
    "diagram_of_device",
    "guaranteed_analysis_of_feed",
    "intended_use_of_the_device",
    "summary_of_safety_and_effectiveness",
    "troubleshooting",
    UNCLASSIFIED,
    *LEAFLETS,
)


def _places(order: tuple[str, ...]) -> dict[str, int]:
    """The place of each key in an order, with the keys that it does not name behind."""
    keys = dict.fromkeys((*order, *_ORDER_OF_OTC, *_ORDER_OF_2006, *_ORDER_BEFORE, *_REST))
    return {key: place for place, key in enumerate(keys)}


PLACES_OF_2006 = _places(_ORDER_OF_2006)
PLACES_BEFORE = _places(_ORDER_BEFORE)
PLACES_OF_OTC = _places(_ORDER_OF_OTC)

SECTION_KEYS = frozenset(PLACES_OF_2006)
"""The keys of a label's text: all but its tables, which repeat it, and its products' data."""

TITLES: dict[tuple[int, int], tuple[str, ...]] = {
    (1, 0): ("Indications and Usage", "Indications & Usage"),
    (2, 0): ("Dosage and Administration", "Dosage & Administration"),
    (3, 0): ("Dosage Forms and Strengths", "Dosage Forms & Strengths"),
    (4, 0): ("Contraindications",),
    (5, 0): ("Warnings and Precautions", "Warnings & Precautions"),
    (6, 0): ("Adverse Reactions",),
    (6, 1): (
        "Clinical Trials Experience",
        "Clinical Trial Experience",
        "Clinical Studies Experience",
    ),
    (7, 0): ("Drug Interactions",),
    (8, 0): ("Use in Specific Populations",),
    (8, 1): ("Pregnancy",),
    (8, 2): ("Lactation", "Labor and Delivery"),
    (8, 3): ("Females and Males of Reproductive Potential", "Nursing Mothers"),
    (8, 4): ("Pediatric Use",),
    (8, 5): ("Geriatric Use",),
    (9, 0): ("Drug Abuse and Dependence",),
    (9, 1): ("Controlled Substance",),
    (9, 2): ("Abuse",),
    (9, 3): ("Dependence",),
    (10, 0): ("Overdosage",),
    (11, 0): ("Description",),
    (12, 0): ("Clinical Pharmacology",),
    (12, 1): ("Mechanism of Action",),
    (12, 2): ("Pharmacodynamics",),
    (12, 3): ("Pharmacokinetics",),
    (12, 4): ("Microbiology",),
    (12, 5): ("Pharmacogenomics",),
    (13, 0): ("Nonclinical Toxicology", "Non-Clinical Toxicology"),
    (13, 1): (
        "Carcinogenesis, Mutagenesis, Impairment of Fertility",
        "Carcinogenesis, Mutagenesis, and Impairment of Fertility",
        "Carcinogenesis & Mutagenesis & Impairment of Fertility",
    ),
    (13, 2): (
        "Animal Toxicology and/or Pharmacology",
        "Animal Toxicology and Pharmacology",
    ),
    (14, 0): ("Clinical Studies",),
    (15, 0): ("References",),
    (16, 0): (
        "How Supplied/Storage and Handling",
        "How Supplied / Storage and Handling",
        "How Supplied",
    ),
    (16, 1): ("How Supplied",),
    (16, 2): ("Storage and Handling",),
    (17, 0): ("Patient Counseling Information",),
}
"""The titles of numbered sections and subsections, by 21 CFR 201.57, and how labels write them."""

TITLES_ANYWHERE = ("Postmarketing Experience", "Post-Marketing Experience", "Immunogenicity")
"""Titles of the regulation or of FDA's guidance whose number is not fixed."""

TITLES_BY_KEY: dict[str, tuple[str, ...]] = {
    **{key: TITLES[number, 0] for key, number in SECTION_NUMBERS.items()},
    "warnings": ("Warnings",),
    "precautions": ("Precautions",),
    "mechanism_of_action": ("Mechanism of Action",),
    "pharmacodynamics": ("Pharmacodynamics",),
    "pharmacokinetics": ("Pharmacokinetics",),
    "laboratory_tests": ("Laboratory Tests",),
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility": TITLES[13, 1],
    "pregnancy": ("Pregnancy",),
    "teratogenic_effects": ("Teratogenic Effects",),
    "nonteratogenic_effects": ("Nonteratogenic Effects",),
    "labor_and_delivery": ("Labor and Delivery",),
    "nursing_mothers": ("Nursing Mothers",),
    "pediatric_use": ("Pediatric Use",),
    "geriatric_use": ("Geriatric Use",),
    "information_for_patients": ("Information for Patients",),
}
"""The titles of sections without numbers, by 21 CFR 201.80."""
