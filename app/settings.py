"""Every setting, its default and its meaning. Read once, when a command starts."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds pyproject.toml, app/, migrations/ and seed/."""


class Settings(BaseSettings):
    """Settings come from environment variables named `MEDFACTS_` and the field's name."""

    model_config = SettingsConfigDict(env_prefix="MEDFACTS_", frozen=True)

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'medfacts.db'}",
        description="Where the data is: `sqlite:///` and a path, or `postgresql://` and a server, "
        "or several, a primary and its standbys: `postgresql://user@a:5432,b:5432/name`.",
    )
    seed_dir: Path = Field(default=ROOT / "seed", description="The folder of the seed's files.")
    download_dir: Path = Field(
        default=ROOT / "downloads",
        description="Where `medfacts import` stores what it downloads.",
    )
    host: str = Field(default="127.0.0.1", description="The address to serve at.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to serve at.")
    workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes that serve at it, each with connections and a cache of its own.",
    )
    pool_size: int = Field(
        default=10,
        ge=1,
        le=200,
        description="Connections of one process, and so how many requests it reads for at once.",
    )
    longest_wait: float = Field(
        default=1.0,
        ge=0,
        le=60,
        description="Seconds that a request may expect to wait for one; beyond, it is a 503.",
    )
    request_seconds: float = Field(
        default=2.7,
        ge=0.1,
        le=60,
        description="Seconds that a request may take until it is answered; beyond, it is a 503.",
    )
    idle_seconds: int = Field(
        default=5,
        ge=1,
        le=600,
        description="Seconds after which a connection that is not used is closed.",
    )
    address_bytes: int = Field(
        default=8000,
        ge=1000,
        le=60_000,
        description="Bytes that a path and its query may have together.",
    )
    header_bytes: int = Field(
        default=32_000,
        ge=1000,
        le=1_000_000,
        description="Bytes that a request's headers may have together.",
    )
    cache_bytes: int = Field(
        default=25_165_824,
        ge=0,
        description="Bytes of answers that one process caches; 0: none.",
    )
    cache_seconds: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="For how long it sends them before it asks again which release is served.",
    )
    access_log: bool = Field(
        default=False, description="Whether the server writes a line for every request."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How it writes what happens: for people, or for machines."
    )
    cors_origins: list[str] = Field(
        default=["*"],
        description='Web origins whose pages may read the API, as JSON: `["https://a.example"]`.',
    )

    max_age_data: int = Field(
        default=300,
        ge=0,
        le=31_536_000,
        description="Seconds for which a cache may answer for drugs and facts; 0: it has to ask.",
    )
    max_age_releases: int = Field(
        default=10,
        ge=0,
        le=31_536_000,
        description="The same for the index and the releases, which announce new data.",
    )
    max_age_docs: int = Field(
        default=3600,
        ge=0,
        le=31_536_000,
        description="The same for the docs and the OpenAPI document.",
    )
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/\s]+)?$",
        description="Where it is reached from outside, as `https://medfacts.example`: for the "
        "canonical addresses of pages, the sitemap, and the links of cards and of FHIR, which else "
        "name its own host and port.",
    )
    cds_cards: dict[
        Literal["order-select", "order-sign", "patient-view"],
        list[Literal["boxed-warning", "contraindication", "interaction", "not-checked"]],
    ] = Field(
        default={
            "order-select": ["boxed-warning", "interaction"],
            "order-sign": ["contraindication", "not-checked"],
            "patient-view": ["interaction"],
        },
        description="Which cards of CDS Hooks each hook shows, as JSON: each at one hook, or "
        "somebody is alerted twice for one order.",
    )
    cds_issuers: dict[str, Path] = Field(
        default={},
        description="Who signs the tokens of CDS clients, each with the file of its keys (a JWK "
        "set), as JSON; without any, everybody may call.",
    )
    security_contact: str = Field(
        default="mailto:security@medfacts.example",
        pattern=r"^(mailto:|https://|tel:)\S+$",
        description="Whom to report a security hole to, in `/.well-known/security.txt`.",
    )

    @field_validator("database_url")
    @classmethod
    def _one_of_the_two_engines(cls, url: str) -> str:
        expected = "expected sqlite:/// and a path, or postgresql:// and a server"
        try:
            url = _with_hosts_named(url)
            named = make_url(url)
        except (ArgumentError, ValueError):
            raise ValueError(expected) from None
        is_file = named.drivername == "sqlite" and named.database not in (None, "", ":memory:")
        if not is_file and named.drivername not in ("postgresql", "postgresql+psycopg"):
            raise ValueError(expected)
        return url


def _with_hosts_named(url: str) -> str:
    """A URL of several hosts, in libpq's form, as SQLAlchemy reads it; any other as it is."""
    scheme, _, rest = url.partition("://")
    if "," not in re.split("[/?]", rest, maxsplit=1)[0].rpartition("@")[2]:
        return url
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        found = conninfo_to_dict(f"postgresql://{rest}")
    except psycopg.Error:
        raise ValueError(url) from None
    parts = {name: str(value) for name, value in found.items()}
    user, password, name = (parts.pop(part, None) for part in ("user", "password", "dbname"))
    named = URL.create(scheme, user, password, database=name, query=parts)
    return named.render_as_string(hide_password=False)


class BadSettingError(Exception):
    """A setting has a value that cannot be used; says which and why."""


def read_settings() -> Settings:
    """The settings of this process, or a `BadSettingError` that names the variable."""
    try:
        return Settings()
    except SettingsError as error:
        raise BadSettingError(f"A setting cannot be used: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "MEDFACTS_" + str(first["loc"][0]).upper()
        raise BadSettingError(
            f"{name} cannot be used: {first['msg'].removeprefix('Value error, ')}."
        ) from error
