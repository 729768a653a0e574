"""The sections of a label that become no facts, and the order in which a label has its sections.

By openFDA's keys: each section's LOINC code and openFDA's name for it.
"""

from typing import Any

TEXTS = {
    "active_ingredient": ("55106-9", "Active Ingredient"),
    "purpose": ("55105-1", "Purpose"),
    "recent_major_changes": ("43683-2", "Recent Major Changes"),
    "dosage_and_administration": ("34068-7", "Dosage & Administration"),
    "dosage_forms_and_strengths": ("43678-2", "Dosage Forms & Strengths"),
    "adverse_reactions": ("34084-4", "Adverse Reactions"),
    "laboratory_tests": ("34075-2", "Laboratory Tests"),
    "controlled_substance": ("34085-1", "Controlled Substance"),
    "description": ("34089-3", "Description"),
    "inactive_ingredient": ("51727-6", "Inactive Ingredient"),
    "clinical_pharmacology": ("34090-1", "Clinical Pharmacology"),
    "pharmacodynamics": ("43681-6", "Pharmacodynamics"),
    "microbiology": ("49489-8", "Microbiology"),
    "pharmacogenomics": ("66106-6", "Pharmacogenomics"),
    "nonclinical_toxicology": ("43680-8", "Nonclinical Toxicology"),
    "carcinogenesis_and_mutagenesis_and_impairment_of_fertility": (
        "34083-6",
        "Carcinogenesis & Mutagenesis & Impairment of Fertility",
    ),
    "animal_pharmacology_and_or_toxicology": (
        "34091-9",
        "Animal Pharmacology & or Toxicology",
    ),
    "clinical_studies": ("34092-7", "Clinical Studies"),
    "references": ("34093-5", "References"),
    "how_supplied": ("34069-5", "How Supplied"),
    "storage_and_handling": ("44425-7", "Storage and Handling"),
    "information_for_patients": ("34076-0", "Information for Patients"),
    "questions": ("53413-1", "Questions"),
}
"""Sections whose text is kept with the label."""

NAMED = {
    "spl_patient_package_insert": ("42230-3", "SPL Patient Package Insert"),
    "spl_medguide": ("42231-1", "SPL Medguide"),
    "patient_medication_information": ("68498-5", "Patient Medication Information"),
    "instructions_for_use": ("59845-8", "Instructions for Use"),
    "spl_unclassified_section": ("42229-5", "SPL Unclassified"),
    "package_label_principal_display_panel": (
        "51945-4",
        "Package Label: Principal Display Panel",
    ),
}
"""Sections that a label is said to have, and no more: leaflets of their own, what is printed on
packages, and subsections that stand in their sections as well."""

PARTS = {
    "use_in_specific_populations": (
        "pregnancy",
        "teratogenic_effects",
        "nonteratogenic_effects",
        "labor_and_delivery",
        "nursing_mothers",
        "lactation",
        "pediatric_use",
        "geriatric_use",
    ),
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
}
"""Sections, and those of their parts that openFDA gives by themselves too.

It gives none by itself of lactation in today's labels, nor of renal or hepatic impairment: these
stand in the whole alone. So a whole is left out only where its parts say all of it.
"""

ORDER = (
    "active_ingredient",
    "purpose",
    "boxed_warning",
    "recent_major_changes",
    "indications_and_usage",
    "dosage_and_administration",
    "dosage_forms_and_strengths",
    "contraindications",
    "do_not_use",
    "warnings_and_cautions",
    "warnings",
    "precautions",
    "general_precautions",
    "user_safety_warnings",
    "ask_doctor",
    "ask_doctor_or_pharmacist",
    "when_using",
    "stop_use",
    "pregnancy_or_breast_feeding",
    "keep_out_of_reach_of_children",
    "adverse_reactions",
    "drug_interactions",
    "drug_and_or_laboratory_test_interactions",
    "laboratory_tests",
    "use_in_specific_populations",
    "pregnancy",
    "teratogenic_effects",
    "nonteratogenic_effects",
    "labor_and_delivery",
    "nursing_mothers",
    "lactation",
    "pediatric_use",
    "geriatric_use",
    "drug_abuse_and_dependence",
    "controlled_substance",
    "abuse",
    "dependence",
    "overdosage",
    "description",
    "inactive_ingredient",
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
    "questions",
    "spl_unclassified_section",
    "spl_patient_package_insert",
    "spl_medguide",
    "patient_medication_information",
    "instructions_for_use",
    "package_label_principal_display_panel",
)
"""The sections in the order of 21 CFR 201.56 and 201.66, for labels whose own is not known."""

_NOT_SECTIONS = ("set_id", "id", "effective_time", "version", "openfda")
_PLACES = {key: place for place, key in enumerate(ORDER)}


def in_order(label: dict[str, Any]) -> list[str]:
    """The keys of a label's sections, in its own order where the file has that.

    Since 2024 openFDA's files have sections as the label has them. Before, keys stood in the order
    of a hash, and what is no section stood between them: then it is the order of the regulation.
    """
    keys = [key for key in label if key in _PLACES]
    places = [i for i, key in enumerate(label) if key in _NOT_SECTIONS]
    if places and places[-1] - places[0] >= len(places):
        keys.sort(key=_PLACES.__getitem__)
    return keys
