"""Trains the dictionary that stored text is compressed with, on made-up data of every source.

`.venv/bin/python -m tests.documents.train_dictionary` writes it. Whoever commits another raises
`DOCUMENT_VERSION`. It is trained and not written by hand, for it holds how often each letter comes
too, and a short text is compressed by little else. Nothing in it is of a publisher's text.
"""

import tempfile
from random import Random
from typing import Any

import sqlalchemy as sa
import zstandard
from sqlmodel import SQLModel

from app.database.engines import write_engine
from app.database.migrating import migrate
from app.documents.compression import DICTIONARY, decompress
from app.ingest.importing import import_files
from app.ingest.seed.loading import load_seed
from app.settings import Settings
from tests.ingest.loading import (
    Given,
    approvals,
    drugbank,
    guide,
    interaction,
    label,
    labels,
    ligand,
    studies,
    study,
    vocabulary,
)

BYTES = 16_384
DRUGS = 600
SEED = 17

SYLLABLES = "ba ceph do fer gli lor mab ne pra ri so ta vi xa zol meth phen oxy cyclo tri".split()  # noqa: SIM905 -- a list of strings would be read by nobody
ENDINGS = "ine ol ide ate pril statin mab tinib azole icillin one amide".split()  # noqa: SIM905
WORDS = """
    patients with a history of this disorder should be observed closely while they take it because
    serious reactions have occurred in clinical studies and after marketing; the dose is reduced in
    renal impairment, and treatment is stopped if the reaction is severe or does not resolve. Use in
    pregnancy only if the benefit justifies the risk to the fetus. Concomitant use with strong
    inhibitors increases plasma concentrations and may prolong the effect.
    """.split()  # noqa: SIM905
TARGETS = [f"{a} {b}" for a in ("beta", "mu", "kappa", "D2", "H1") for b in ("receptor", "channel")]
SECTIONS = ("boxed_warning", "warnings", "contraindications", "indications_and_usage")


def given(chance: Random) -> dict[str, list[Given]]:
    """Files of every source, of the same made-up drugs."""

    def name() -> str:
        middle = "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(1, 3)))
        return f"{middle}{chance.choice(ENDINGS)}".capitalize()

    def code(length: int, letters: str = "ABCDEFGHJKLMNPQRSTUVWXYZ") -> str:
        return "".join(chance.choice(letters) for _ in range(length))

    def number(digits: int) -> str:
        return code(digits, "0123456789")

    def sentence(words: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."

    def inchikey() -> str:
        return f"{code(14)}-UHFFFAOYSA-N"

    names = [name() for _ in range(DRUGS)]
    entries = [
        drugbank(
            i,
            each,
            *(f"{name()} {chance.choice(['acid', 'sodium', ''])}".strip() for _ in range(i % 4)),
            unii=f"{code(2)}{number(2)}{code(2)}{number(2)}{code(2)}",
            cas=f"{number(5)}-{number(2)}-{number(1)}",
            inchikey=inchikey() if i % 2 else "",
        )
        for i, each in enumerate(names)
    ]
    ligands = [
        ligand(i, each, pubchem_cid=number(7), inchikey=inchikey(), approved="yes" if i % 9 else "")
        for i, each in enumerate(name() for _ in range(DRUGS // 2))
    ]
    effects = [
        interaction(
            chance.randrange(len(ligands)),
            chance.choice(TARGETS),
            chance.choice(["Agonist", "Antagonist", "Inhibitor"]),
            affinity_units="pKi",
            affinity_median=f"{chance.uniform(4, 10):.1f}",
            ligand_context=sentence(8) if i % 3 else "",
        )
        for i in range(DRUGS)
    ]
    products = [
        (f"NDA{i:06}", name().upper(), chance.choice(names).upper(), f"19{70 + i % 30}-05-17")
        for i in range(DRUGS // 3)
    ]
    texts = [
        label(
            f"{number(8)}-{number(4)}-{number(4)}-{number(12)}",
            chance.choice(names).upper(),
        )
        | {section: [sentence(chance.randint(20, 90))] for section in SECTIONS}
        for _ in range(DRUGS // 12)
    ]
    trials = [
        study(i, chance.choice(names), title=sentence(6), conditions=(sentence(2),), enrolled=i)
        for i in range(DRUGS // 12)
    ]
    return {
        "drugbank-vocabulary": vocabulary(*entries),
        "gtopdb": guide(ligands, effects),
        "drugs-at-fda": approvals(*products),
        "openfda-label": labels(*texts),
        "clinicaltrials": studies(*trials),
    }


def samples(settings: Settings) -> list[bytes | bytearray | memoryview]:
    """Every text that is stored compressed."""
    engine = write_engine(settings)
    found: list[bytes] = []
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if "body" in table.c:
                bodies: Any = connection.execute(sa.select(table.c.body)).scalars()
                found += [b.encode() if isinstance(b, str) else decompress(b) for b in bodies]
    engine.dispose()
    return [*sorted(found)]


def main() -> None:
    """Train the dictionary, and write it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/medfacts.db")
        migrate(settings)
        engine = write_engine(settings)
        load_seed(engine, settings.seed_dir)
        for source, files in given(Random(SEED)).items():
            import_files(engine, source, list(files))
        engine.dispose()
        every = samples(settings)
    Random(SEED).shuffle(every)
    DICTIONARY.write_bytes(zstandard.train_dictionary(BYTES, every, level=3).as_bytes())


if __name__ == "__main__":
    main()
