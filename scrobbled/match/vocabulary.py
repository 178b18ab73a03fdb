"""Words with a meaning of their own in names, in files' names and in what services write."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Articles of several languages.
ARTICLES: Final = _words(
    """
    the a an der die das ein eine le la les un une el los las il lo gli i o os as het de den det en
    """
)

#: Those that names are found without; the others are words of their own in too many languages.
DROPPED: Final = _words(
    """
    the a an der die das le la les el los las il
    """
)

#: Words that only release names hold. What follows the first of them is no title.
STRONG: Final = _words(
    """
    x264 x265 h264 h265 hevc avc xvid divx mpeg2 mpeg4 vp9 av1 10bit 8bit hi10p hi10 hdr10 hdr uhd fhd
    bluray bdrip brrip bdremux bdmux bdmv blurayrip bd25 bd50 dvdrip dvdscr dvdr dvd9 dvd5 dvdfull
    webrip webdl webcap webmux webdlrip hdtv hdrip hdtvrip hdcam hdts hddvd pdtv sdtv tvrip dsr dsrip
    dthrip satrip vhsrip vodrip vhs telesync camrip screener workprint remux aac ac3 eac3 dd5 ddp5 ddp2
    dd2 dts dtshd truehd atmos flac amzn dsnp hmax atvp pcok itunes repack rerip proper remastered
    multisubs esub esubs msubs vostfr truefrench subfrench vff vfq ntsc rarbg yify yts eztv ettv avchd
    readnfo uncensored upscaled netflixuhd amazonhd bonsaihd mhd microhd minihd horriblesubs untouched
    hdma web4k m1080p hq tvnz cc dl1080p
    """
)

#: Words that titles hold too: they end one only beside another of these.
WEAK: Final = _words(
    """
    web dl bd dvd br hd ts cam tc scr r5 ws fs se dc pal nf hulu cr dsnp ma h x dd 5 internal limited
    unrated uncut extended theatrical edition cut version directors director collector collectors
    special ultimate anniversary criterion imax hybrid complete integral integrale custom multi dual
    audio subs sub subbed dubbed dub docu documentary real rip raw mux 2160 1080 720 480 3d sbs hsbs hou
    half tv final remaster uncen unaired stv nlsub hardsub softsub ita eng ger fre fra rus spa jap kor
    hin tam tel chs cht vf vfi vo vost fr en es de it pl nl lat latino castellano lektor pldub french
    german italian spanish english swedish norwegian danish finnish dutch flemish portuguese polish
    russian czech hungarian turkish greek romanian bulgarian ukrainian hebrew arabic japanese korean
    chinese cantonese mandarin vietnamese thai hindi tamil telugu malayalam kannada bengali punjabi
    nordic brazilian subtitles dvd1 dvd2 cd1 cd2 cd 4k 8k intl hc line batch bluray1 fandub fansub
    collection boxset pack disc disk open matte fan edit s e aka us uk dv dolby vision
    """
)

#: Words of files and menus. A name of nothing else is a film's only when something says so.
GENERIC: Final = _words(
    """
    trailer teaser menu menus extra extras bonus deleted scene scenes sample samples test tests untitled
    unknown title track tracks video videos movie movies film films episode episodes chapter part season
    series disc disk dvd bluray clip clips intro outro opening ending credits interview interviews
    featurette featurettes making of behind promo preview recap special specials commentary feature main
    play all new folder default none null n a na file files recording screen live tv show shows channel
    news sports sport event stream streaming broadcast program programme pilot official full complete
    short shorts gag reel blooper bloopers logo warning fbi unnamed no name media output export final
    copy
    """
) | {f"{number:0{width}}" for number in range(100) for width in (1, 2)}

#: The last words of an edition: *Extended Cut*, *Widescreen*.
EDITION_ENDS: Final = _words(
    """
    imax unrated uncut rated widescreen screen fullscreen remastered extended cut edition version
    theatrical material tv dubbed subbed dub sub uncensored restored anniversary enhanced edit b&w 3d 4k
    """
)
