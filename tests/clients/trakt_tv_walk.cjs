// What an app built on the npm package trakt.tv does, unmodified; prints what it got as JSON.
"use strict";

const path = require("path");
const [url, folder, id, secret] = process.argv.slice(2);
const Trakt = require(path.join(folder, "node_modules", "trakt.tv"));

const trakt = new Trakt({ client_id: id, client_secret: secret, api_url: url, pagination: true });
const got = {};

async function walk() {
    const codes = await trakt.get_codes();
    console.log(`Your user code is: ${codes.user_code}, please navigate to ${codes.verification_url}`);
    await trakt.poll_access(codes);
    await trakt.refresh_token();

    got.settings = (await trakt.users.settings()).data.user.username;
    const film = (await trakt.search.text({ type: "movie", query: "Arrival" })).data[0].movie;
    const show = (await trakt.search.text({ type: "show", query: "The Office" })).data[0].show;
    got.search = [film.title, show.title];
    got.by_id = (await trakt.search.id({ id_type: "imdb", id: "tt2543164", type: "movie" })).data.map((each) => each.movie.title);
    got.summary = (await trakt.movies.summary({ id: film.ids.slug, extended: "full" })).data.runtime;
    got.seasons = (await trakt.seasons.summary({ id: show.ids.slug, extended: "episodes" })).data.map((each) => each.episodes.length);
    got.episode = (await trakt.episodes.summary({ id: show.ids.trakt, season: 1, episode: 2 })).data.title;

    got.start = (await trakt.scrobble.start({ movie: { ids: film.ids }, progress: 10 })).data.action;
    got.pause = (await trakt.scrobble.pause({ movie: { ids: film.ids }, progress: 50 })).data.action;
    const saved = (await trakt.sync.playback.get({ type: "movies" })).data;
    got.playback = saved.map((each) => each.progress);
    await trakt.sync.playback.remove({ id: saved[0].id });
    got.removed = (await trakt.sync.playback.get({})).data.length;
    got.stop = (await trakt.scrobble.stop({ movie: { ids: film.ids }, progress: 90 })).data.action;
    got.again = await trakt.scrobble.stop({ movie: { ids: film.ids }, progress: 90 }).catch((error) => error.response.statusCode);

    got.added = (await trakt.sync.history.add({
        shows: [{ ids: show.ids, seasons: [{ number: 1, episodes: [{ number: 1, watched_at: "2024-01-01T10:00:00Z" }] }] }],
    })).data.added;
    const page = await trakt.sync.history.get({ type: "episodes", page: 1, limit: 10 });
    got.history = page.data.map((each) => [each.action, each.episode.number, each.watched_at]);
    got.pagination = page.pagination;
    got.rated = (await trakt.sync.ratings.add({ movies: [{ ids: film.ids, rating: 8 }] })).data.added;
    got.ratings = (await trakt.sync.ratings.get({ type: "movies" })).data.map((each) => each.rating);
    got.listed = (await trakt.sync.watchlist.add({ shows: [{ ids: show.ids }] })).data.added;
    got.watchlist = (await trakt.sync.watchlist.get({ type: "shows" })).data.map((each) => each.show.title);
    got.collected = (await trakt.sync.collection.add({ movies: [{ ids: film.ids }] })).data.added;
    got.collection = (await trakt.sync.collection.get({ type: "movies" })).data.length;
    got.activities = typeof (await trakt.sync.last_activities()).data.all;
    got.progress = (await trakt.shows.progress.watched({ id: show.ids.trakt })).data.completed;
    got.watched = (await trakt.sync.watched({ type: "shows" })).data.map((each) => each.plays);
    got.unwatched = (await trakt.sync.history.remove({ shows: [{ ids: show.ids }] })).data.deleted;
    got.calendar = Array.isArray((await trakt.calendars.my.shows({ start_date: "2026-11-21", days: 7 })).data);

    trakt.revoke_token();
    console.log(`GOT ${JSON.stringify(got)}`);
}

walk().catch((error) => {
    console.error(error.response ? `${error.response.statusCode} ${error.response.requestUrl} ${error.response.body}` : error);
    process.exit(1);
});
