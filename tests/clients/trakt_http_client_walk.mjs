// What an app built on @dvcol/trakt-http-client does, unmodified; it drops the path of a base URL.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [endpoint, folder, client_id, client_secret] = process.argv.slice(2);
const resolve = (name) => pathToFileURL(createRequire(`${folder}/`).resolve(name)).href;
const { TraktClient } = (await import(resolve("@dvcol/trakt-http-client"))).default;
const { traktApi } = (await import(resolve("@dvcol/trakt-http-client/api"))).default;

const redirect_uri = "urn:ietf:wg:oauth:2.0:oob";
const trakt = new TraktClient({ client_id, client_secret, redirect_uri, endpoint, useragent: "walk" }, {}, traktApi);
const got = {};

const code = await trakt.getDeviceCode();
console.log(`Your user code is: ${code.user_code}`);
await trakt.pollWithDeviceCode(code);
await trakt.refreshToken();

const data = async (asked) => (await asked).json();
const film = { ids: { imdb: "tt2543164" } };
const show = { ids: { tvdb: 73244 } };
const episode = { ids: { tvdb: 110101 } };
got.settings = (await data(trakt.users.settings())).user.username;
got.added = (await data(trakt.sync.history.add({ movies: [film], episodes: [episode] }))).added;
const history = await trakt.sync.history.get({ pagination: { page: 1, limit: 1 } });
got.pagination = [history.pagination.itemCount, history.pagination.pageCount];
got.started = (await data(trakt.scrobble.start({ show, episode: { season: 1, number: 2 }, progress: 10 }))).action;
await trakt.scrobble.pause({ show, episode: { season: 1, number: 2 }, progress: 20 });
got.playback = (await data(trakt.sync.playback.get())).map((each) => each.progress);
got.checkin = (await data(trakt.checkin.add({ movie: film, message: "at last" }))).movie.title;
got.busy = await trakt.checkin.add({ movie: film }).catch((error) => error.response?.status ?? error.status ?? String(error));
got.gone = (await trakt.checkin.delete()).status;

const list = await data(trakt.users.lists.create({ id: "me", name: "Sunday evenings", privacy: "private" }));
const where = { id: "me", list_id: list.ids.slug };
await trakt.users.list.items.add({ ...where, movies: [film], shows: [show] });
const items = await data(trakt.users.list.items.get(where));
const rank = items.map((each) => each.id).reverse();
got.reordered = (await data(trakt.users.list.items.reorder({ ...where, rank }))).updated;
got.noted = (await trakt.users.list.items.update({ ...where, list_item_id: rank[0], notes: "first" })).status;
await trakt.sync.watchlist.add({ movies: [film], shows: [show] });
got.watchlist = (await data(trakt.sync.watchlist.get({ type: "shows", sort: "rank" }))).map((each) => each.show.title);
await trakt.sync.favorites.add({ shows: [{ ...show, notes: "why" }] });
got.favorites = (await data(trakt.sync.favorites.get({ type: "shows", sort: "rank" }))).map((each) => each.notes);
got.found = (await data(trakt.search.text({ type: "movie", query: "arrival" })))[0].movie.title;
got.progress = (await data(trakt.shows.progress.watched({ id: "the-office" }))).completed;
got.seasons = (await data(trakt.seasons.summary({ id: "the-office", extended: "full" }))).length;
await trakt.revokeAuthentication();

console.log("GOT " + JSON.stringify(got));
process.exit(0);
