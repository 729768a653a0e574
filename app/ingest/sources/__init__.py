"""The sources that can be imported, a file each, and what an importer cannot know of the others."""

from importlib import import_module

from app.ingest.sources.interface import Importer

IMPORTERS = {
    "drugbank-vocabulary": "drugbank_vocabulary:DrugBankVocabulary",
    "gtopdb": "gtopdb:GuideToPharmacology",
    "rxnorm": "rxnorm:RxNorm",
    "dailymed": "dailymed:DailyMed",
    "openfda-label": "openfda_label:OpenFdaLabel",
    "drugs-at-fda": "drugs_at_fda:DrugsAtFda",
    "clinicaltrials": "clinicaltrials:ClinicalTrials",
    "chembl": "chembl:ChEMBL",
    "fda-cyp": "fda_cyp:FdaCyp",
}
"""Each source's importer. The order says who is asked first which drug a substance is, and whose
spelling of a name is served: those who keep a list of substances before those who sell them."""

NAME_NO_DRUGS = frozenset({"clinicaltrials", "fda-cyp"})
"""Sources that only speak of drugs which another source knows: an intervention may be anything, and
FDA's table has smoking in it."""

OF_LABELS = ("dailymed", "openfda-label")
"""Sources whose records are labels, which are served whether or not their drug is known. A label
that several have is that of the first, unless another has a newer version of it."""

OF_PRODUCTS = frozenset({"rxnorm", *OF_LABELS, "drugs-at-fda"})
"""Sources whose brands are of products: what else they hold, each of them says."""

A_FILE_EACH = frozenset({"dailymed"})
"""Sources whose records are files of their own, which may be given one by one."""

IN_SEVERAL_FILES = frozenset({"drugs-at-fda", "gtopdb", "rxnorm"})
"""Sources whose records are spread over files that only make sense together."""


def importer_of(source_id: str) -> Importer:
    """A source's importer."""
    module, name = IMPORTERS[source_id].split(":")
    importer: Importer = getattr(import_module(f"{__name__}.{module}"), name)()
    return importer
