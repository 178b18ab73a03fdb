"""
The words that titles are sorted by: languages (ISO 639-1), countries (ISO 3166-1), genres,
certifications and networks; tables in the folder *data*.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final


def _table(name: str) -> list[list[str]]:
    """The rows of *data/<name>.tsv*."""
    text = (Path(__file__).with_name("data") / f"{name}.tsv").read_text("utf-8")
    return [line.split("\t") for line in text.splitlines()]


#: English name -> code of two letters, in the order of the names.
LANGUAGES: Final = {name: code for code, name in _table("languages")}
COUNTRIES: Final = {name: code for code, name in _table("countries")}

#: (slug, name, whether it is for movies, shows or both).
GENRES: Final = [(slug, name, whose) for slug, name, whose in _table("genres")]

#: (movies or shows, country, slug, name, description).
CERTIFICATIONS: Final = [
    (whose, country, slug, name, description)
    for whose, country, slug, name, description in _table("certifications")
]

#: (name, country).
NETWORKS: Final = [(name, country) for name, country in _table("networks")]
