"""The sections of a label that become no facts.

By openFDA's keys: each section's LOINC code and openFDA's name for it.
"""

TEXTS = {
    "active_ingredient": ("55106-9", "Active Ingredient"),
    "purpose": ("55105-1", "Purpose"),
    "recent_major_changes": ("43683-2", "Recent Major Changes"),
    "dosage_and_administration": ("34068-7", "Dosage & Administration"),
    "dosage_forms_and_strengths": ("43678-2", "Dosage Forms & Strengths"),
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
