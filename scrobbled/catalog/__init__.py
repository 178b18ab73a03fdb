"""
Where the catalogue comes from: importers, one module for each source.

*jsonl* reads our own format (docs/catalog-format.md); *records* is what a line says,
*merge* decides what it changes (pure), and *store.catalog_load* writes that. *tmdb*,
*tvmaze*, *wikidata* and *anime* read other people's formats into the same records; *download*
and *copies* load them.
"""
