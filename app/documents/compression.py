"""Stored text is compressed by zstd (RFC 8878), with a dictionary of what texts have in common.

A drug's record is mostly field names and links to sources: with the dictionary it takes a tenth.
The dictionary is trained on made-up data by `tests/documents/train_dictionary.py`. It is part of
the format of what is stored: whoever changes it raises `DOCUMENT_VERSION`.
"""

from functools import cache
from threading import local

import zstandard
from xxhash import xxh32_digest

from app.settings import ROOT

DICTIONARY = ROOT / "app" / "documents" / "dictionary.zstd"

LEVEL = 3
"""The next that saves a tenth more takes four times as long."""

FORMAT = zstandard.FORMAT_ZSTD1_MAGICLESS
"""Without the four bytes that say that it is zstd: there are several such texts for each fact."""

CHECKSUM_BYTES = 4


class CorruptTextError(ValueError):
    """Stored bytes are not what `compress` made."""


def compress(text: bytes) -> bytes:
    """The bytes as they are stored: a frame of zstd, and a checksum of it.

    Not of the text: an altered frame may give the same text, where that repeats itself.
    """
    frame: bytes = CODEC.compress(text)
    return frame + xxh32_digest(frame)


def decompress(stored: bytes) -> bytes:
    """What was compressed; raises `CorruptTextError` if a bit of it is not as it was."""
    try:
        frame = stored[:-CHECKSUM_BYTES]
        if xxh32_digest(frame) != stored[-CHECKSUM_BYTES:]:
            raise CorruptTextError("it does not match its checksum")
        text: bytes = CODEC.decompress(frame)
        return text
    except (zstandard.ZstdError, TypeError) as error:
        raise CorruptTextError(str(error)) from error


class _Codec(local):
    """A compressor and a decompressor of each thread: none may be used by two at once."""

    def __init__(self) -> None:
        parameters = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, format=FORMAT, write_content_size=True, write_dict_id=False
        )
        dictionary = _dictionary()
        self.compress = zstandard.ZstdCompressor(
            dict_data=dictionary, compression_params=parameters
        ).compress
        self.decompress = zstandard.ZstdDecompressor(dict_data=dictionary, format=FORMAT).decompress


@cache
def _dictionary() -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(DICTIONARY.read_bytes())


CODEC = _Codec()
