"""The sections of drug labels: their LOINC codes, names and order, and what they become.

By 21 CFR 201.56, 201.57, 201.66 and 201.80. The codes are those of FDA's list of SPL section
headings, https://www.fda.gov/industry/structured-product-labeling/section-headings-loinc.
"""

from typing import Any, NamedTuple

from app.models.label import PASSAGE


class SectionType(NamedTuple):
    """A section that labels have, and what is made of its text."""

    key: str
    """openFDA's key of it."""
    code: str
    """Its LOINC code."""
    name: str
    """openFDA's name for it."""
    kind: str | None
    """The kind of fact that its text becomes; `PASSAGE` if that is kept with the label and is no
    fact; None if the label is only said to have it."""
    fields: dict[str, Any] = {}  # noqa: RUF012 -- of a tuple, which is never written to
    """The fields that every such fact has."""


USE: dict[str, Any] = {"jurisdiction": "US"}
CONTRAINDICATION = {"type": "contraindication", "boxed": False}
WARNING = {"type": "warning", "boxed": False}
BOXED = {"type": "warning", "boxed": True}
INTERACTION = {"type": "interaction", "boxed": False}
ADVERSE_REACTION = {"type": "undesirable-effect", "boxed": False}
ABUSE = {**WARNING, "category": "abuse"}
DEPENDENCE = {**WARNING, "category": "dependence"}
PREGNANCY = {**WARNING, "category": "pregnancy"}
LACTATION = {**WARNING, "category": "lactation"}
PEDIATRIC = {**WARNING, "category": "pediatric"}
GERIATRIC = {**WARNING, "category": "geriatric"}
ADMINISTRATION = {"type": "dosage-and-administration"}
FORMS = {"type": "dosage-forms-and-strengths"}
OVERDOSAGE = {**WARNING, "category": "overdosage"}

BOXED_WARNING = "34066-1"
"""LOINC's code of a boxed warning."""

_FACTS = (
    ("boxed_warning", BOXED_WARNING, "Boxed Warning", "warnings", BOXED),
    ("indications_and_usage", "34067-9", "Indications & Usage", "indications", USE),
    (
        "dosage_and_administration",
        "34068-7",
        "Dosage & Administration",
        "dosages",
        ADMINISTRATION,
    ),
    ("dosage_forms_and_strengths", "43678-2", "Dosage Forms & Strengths", "dosages", FORMS),
    ("contraindications", "34070-3", "Contraindications", "warnings", CONTRAINDICATION),
    ("do_not_use", "50570-1", "Do Not Use", "warnings", CONTRAINDICATION),
    ("warnings_and_cautions", "43685-7", "Warnings and cautions", "warnings", WARNING),
    ("warnings", "34071-1", "Warnings", "warnings", WARNING),
    ("precautions", "42232-9", "Precautions", "warnings", WARNING),
    ("general_precautions", "34072-9", "General Precautions", "warnings", WARNING),
    ("user_safety_warnings", "54433-8", "User Safety Warnings", "warnings", WARNING),
    ("ask_doctor", "50569-3", "Ask Doctor", "warnings", WARNING),
    ("ask_doctor_or_pharmacist", "50568-5", "Ask Doctor/Pharmacist", "warnings", WARNING),
    ("ask_doctor_pharmacist", "50568-5", "Ask Doctor/Pharmacist", "warnings", WARNING),
    ("when_using", "50567-7", "When Using", "warnings", WARNING),
    ("stop_use", "50566-9", "Stop Use", "warnings", WARNING),
    ("adverse_reactions", "34084-4", "Adverse Reactions", "warnings", ADVERSE_REACTION),
    ("drug_interactions", "34073-7", "Drug Interactions", "warnings", INTERACTION),
    (
        "drug_and_or_laboratory_test_interactions",
        "34074-5",
        "Drug & or Laboratory Test Interactions",
        "warnings",
        INTERACTION,
    ),
    (
        "use_in_specific_populations",
        "43684-0",
        "Use in Specific Populations",
        "warnings",
        WARNING,
    ),
    ("pregnancy", "42228-7", "Pregnancy", "warnings", PREGNANCY),
    ("teratogenic_effects", "34077-8", "Teratogenic Effects", "warnings", PREGNANCY),
    ("nonteratogenic_effects", "34078-6", "Nonteratogenic Effects", "warnings", PREGNANCY),
    (
        "pregnancy_or_breast_feeding",
        "53414-9",
        "Pregnancy or Breast Feeding",
        "warnings",
        PREGNANCY,
    ),
    ("labor_and_delivery", "34079-4", "Labor & Delivery", "warnings", PREGNANCY),
    ("nursing_mothers", "34080-2", "Nursing Mothers", "warnings", LACTATION),
    ("lactation", "77290-5", "Lactation", "warnings", LACTATION),
    ("pediatric_use", "34081-0", "Pediatric Use", "warnings", PEDIATRIC),
    ("geriatric_use", "34082-8", "Geriatric Use", "warnings", GERIATRIC),
    ("drug_abuse_and_dependence", "42227-9", "Drug Abuse and Dependence", "warnings", WARNING),
    ("abuse", "34086-9", "Abuse", "warnings", ABUSE),
    ("dependence", "34087-7", "Dependence", "warnings", DEPENDENCE),
    ("overdosage", "34088-5", "Overdosage", "warnings", OVERDOSAGE),
    (
        "keep_out_of_reach_of_children",
        "50565-1",
        "Keep Out of Reach of Children",
        "warnings",
        WARNING,
    ),
    ("mechanism_of_action", "43679-0", "Mechanism of Action", "mechanisms"),
    ("pharmacokinetics", "43682-4", "Pharmacokinetics", "pharmacokinetics"),
    ("risks", "69759-9", "Risks", "warnings", WARNING),
    ("other_safety_information", "60561-8", "Other Safety Information", "warnings", WARNING),
    ("safe_handling_warning", "50741-8", "Safe Handling Warning", "warnings", WARNING),
    (
        "health_care_provider_letter",
        "71744-7",
        "Health Care Provider Letter",
        "warnings",
        WARNING,
    ),
)
"""Sections that become facts, in the order of a label. The controlled substance's schedule is its
legal status, and stands in the section on abuse too."""

_TEXTS = (
    ("active_ingredient", "55106-9", "Active Ingredient"),
    ("purpose", "55105-1", "Purpose"),
    ("recent_major_changes", "43683-2", "Recent Major Changes"),
    ("laboratory_tests", "34075-2", "Laboratory Tests"),
    ("controlled_substance", "34085-1", "Controlled Substance"),
    ("description", "34089-3", "Description"),
    ("inactive_ingredient", "51727-6", "Inactive Ingredient"),
    ("clinical_pharmacology", "34090-1", "Clinical Pharmacology"),
    ("pharmacodynamics", "43681-6", "Pharmacodynamics"),
    ("microbiology", "49489-8", "Microbiology"),
    ("pharmacogenomics", "66106-6", "Pharmacogenomics"),
    ("nonclinical_toxicology", "43680-8", "Nonclinical Toxicology"),
    (
        "carcinogenesis_and_mutagenesis_and_impairment_of_fertility",
        "34083-6",
        "Carcinogenesis & Mutagenesis & Impairment of Fertility",
    ),
    (
        "animal_pharmacology_and_or_toxicology",
        "34091-9",
        "Animal Pharmacology & or Toxicology",
    ),
    ("clinical_studies", "34092-7", "Clinical Studies"),
    ("references", "34093-5", "References"),
    ("how_supplied", "34069-5", "How Supplied"),
    ("storage_and_handling", "44425-7", "Storage and Handling"),
    ("information_for_patients", "34076-0", "Information for Patients"),
    ("questions", "53413-1", "Questions"),
    ("route", "60562-6", "Route, Method and Frequency of Administration"),
    ("health_claim", "69719-3", "Health Claim"),
    ("statement_of_identity", "69718-5", "Statement of Identity"),
    ("components", "60559-2", "Components"),
    ("environmental_warning", "50742-6", "Environmental Warning"),
    ("food_safety_warning", "50743-4", "Food Safety Warning"),
    ("residue_warning", "53412-3", "Residue Warning"),
    ("disposal_and_waste_handling", "69763-1", "Disposal and Waste Handling"),
    ("veterinary_indications", "50745-9", "Veterinary Indications"),
    ("information_for_owners_caregivers", "50744-2", "Information for Owners/Caregivers"),
    ("information_for_owners_or_caregivers", "50744-2", "Information for Owners/Caregivers"),
    ("guaranteed_analysis_of_feed", "50740-0", "Guaranteed Analysis of Feed"),
    ("accessories", "60555-0", "Accessories"),
    ("alarms", "69761-5", "Alarms"),
    ("assembly_or_installation_instructions", "60556-8", "Assembly or Installation Instructions"),
    ("calibration_instructions", "60557-6", "Calibration Instructions"),
    ("cleaning", "60558-4", "Cleaning, Disinfecting, and Sterilization Instructions"),
    ("compatible_accessories", "69760-7", "Compatible Accessories"),
    ("diagram_of_device", "69758-1", "Diagram of Device"),
    ("intended_use_of_the_device", "60560-0", "Intended Use of the Device"),
    ("summary_of_safety_and_effectiveness", "60563-4", "Summary of Safety and Effectiveness"),
    ("troubleshooting", "69762-3", "Troubleshooting"),
    ("spl_unclassified_section", "42229-5", "SPL Unclassified"),
)
"""Sections whose text is kept with the label."""

_NAMED = (
    ("spl_patient_package_insert", "42230-3", "SPL Patient Package Insert"),
    ("spl_medguide", "42231-1", "SPL Medguide"),
    ("patient_medication_information", "68498-5", "Patient Medication Information"),
    ("instructions_for_use", "59845-8", "Instructions for Use"),
    (
        "package_label_principal_display_panel",
        "51945-4",
        "Package Label: Principal Display Panel",
    ),
)
"""Sections that a label is said to have, and no more: leaflets of their own, and what is printed on
packages."""

SECTION_TYPES = (
    *(SectionType(*row) for row in _FACTS),
    *(SectionType(*row, PASSAGE) for row in _TEXTS),
    *(SectionType(*row, None) for row in _NAMED),
)


class Subsection(NamedTuple):
    """A subsection that has a code of its own since 2018, though most labels give it none."""

    name: str
    of: str
    """The code of the section that it is of, by 21 CFR 201.57: so it is known where it has none."""
    fields: dict[str, Any] = {}  # noqa: RUF012 -- of a tuple, which is never written to


SUBSECTIONS = {
    "77291-3": Subsection("Females & Males of Reproductive Potential", "43684-0"),
    "88828-9": Subsection("Renal Impairment", "43684-0", {"category": "renal"}),
    "88829-7": Subsection("Hepatic Impairment", "43684-0", {"category": "hepatic"}),
    "88830-5": Subsection("Immunogenicity", "34084-4"),
    "90374-0": Subsection("Clinical Trials Experience", "34084-4"),
    "90375-7": Subsection("Postmarketing Experience", "34084-4"),
}
"""By their LOINC codes."""
