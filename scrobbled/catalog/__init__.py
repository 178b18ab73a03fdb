"""
Where the catalogue comes from: importers, one module for each source.

A source is a name in *trust.TRUST* and an iterator, sync or async, of *loading.Item*:
a *records.Record* for each title, or a *loading.Problem* in place of one that cannot be read.
*loading.load_records* does the rest: it merges titles on shared ids, believes better sources more,
adds names, ids and episodes, counts, and reports conflicts. So a new source is a module with
a function that reads a file or an API, a line in *trust*, a command in *cli.catalog* and
a row in docs/catalog-format.md.

*imdb* is too large for a record for each title and writes the loader's chunks itself;
*staging* says how they look, *store.catalog_load* merges them.

*tmdb*, *tvmaze*, *wikidata* and *anime* read files in other people's formats; *download* and *copies*
load them.
"""
