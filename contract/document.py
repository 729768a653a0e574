"""`openapi.json`, the document that is served: written anew, unless that would break a client.

`./dev openapi` compares what the code now says with what is committed. `--breaking` writes it
nevertheless: for what nobody has been promised yet, or with a new version beside the old one.
"""

import json
import sys

from app.main import create_app
from app.settings import ROOT, Settings
from contract.breaking import changes

COMMITTED = ROOT / "openapi.json"


def main(*options: str) -> int:
    """Write the document if no change in it breaks a client; 1 if one does."""
    document = create_app(Settings(database_url="sqlite:////nowhere.db")).openapi()
    committed = (
        json.loads(COMMITTED.read_text(encoding="utf-8")) if COMMITTED.exists() else document
    )
    found = changes(committed, document)
    for change in found:
        sys.stdout.write(f"{change}\n")
    if any(change.breaking for change in found) and "--breaking" not in options:
        sys.stderr.write("Nothing is written: this would break clients of /v1, which only grows.\n")
        return 1
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    COMMITTED.write_text(text, encoding="utf-8")
    sys.stdout.write(f"Wrote {COMMITTED.name}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
