"""
What the matcher has learnt. Nobody edits this: ``python -m benchmarks.fit_matching`` writes it from labelled
queries, and says what it is worth.
"""

from __future__ import annotations

from typing import Final

#: What each of `score.FEATURES` adds to the sum of a title, in logarithms of odds: fitted so that the right
#: title outweighs all others and *none of them*, whose sum is 0.
WEIGHTS: Final = (
    2.8581,  # same_words
    -0.1988,  # same_accents
    0.2007,  # alias
    -4.6810,  # only_beginning
    -0.8941,  # alike
    -1.5147,  # slips
    -0.8702,  # short_and_alike
    -1.0157,  # number_lost
    -0.3391,  # number_added
    2.2130,  # word_slips
    -0.4160,  # real_word_slips
    -0.8284,  # other_words
    1.7135,  # odd_words
    -0.0099,  # missing_words
    -0.8930,  # generic
    -9.3225,  # doubt
    3.5809,  # year_same
    0.2959,  # year_near
    -4.6491,  # year_two_three
    -4.2237,  # year_far
    1.0597,  # year_unasked
    -1.7363,  # year_unlisted
    0.1504,  # kind_same
    -6.1340,  # kind_other
    0.0477,  # season_listed
    -1.0141,  # season_beyond
    1.4172,  # country_same
    -4.9184,  # country_other
    0.8120,  # popularity
    1.7648,  # unknown_title
    0.6165,  # beginning_known
    -1.4302,  # beginning_year
    1.0802,  # runtime_near
    -3.1826,  # runtime_far
    -1.1313,  # one_word
    -0.1125,  # series_of_numbers
    -0.3972,  # alike_year
    -2.5363,  # bias
    -0.6396,  # beginning_short
    -3.3951,  # exact_short
    1.4924,  # only_show_place
    -0.0742,  # alike_popularity
    0.3282,  # alike_one_word
    -0.1403,  # alike_unasked
    1.2759,  # alike_doubt
    -0.7636,  # beginning_unasked
    0.0256,  # beginning_one_word
    0.4662,  # beginning_doubt
    0.1385,  # same_popularity_unasked
    -1.4035,  # same_year_far_known
    0.3643,  # words_count_alike
)

#: How likely the best title is right, as logarithms of odds: a bias, and what its sum, its lead over
#: titles of the same name and its lead over all others give.
SURE: Final = (-1.1045, -0.3538, 0.1712, 1.3860)

#: From here on a title is accepted by itself: the lowest score that kept precision at 0.985 and false
#: matches at 1.5 % on queries the weights had not seen.
ACCEPTED: Final = 0.506

#: From here on a title is beyond doubt: the same with a precision of 0.995.
HIGH: Final = 0.955
