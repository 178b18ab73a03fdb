"""
What the matcher has learnt. Nobody edits this: ``python -m benchmarks.fit_matching`` writes it from labelled
queries, and says what it is worth.
"""

from __future__ import annotations

from typing import Final

#: What each of `score.FEATURES` adds to the sum of a title, in logarithms of odds: fitted so that the right
#: title outweighs all others and *none of them*, whose sum is 0.
WEIGHTS: Final = (
    2.9057,  # same_words
    -0.2213,  # same_accents
    0.1393,  # alias
    -0.8411,  # generic
    -9.2931,  # doubt
    -1.1912,  # one_word
    -0.1591,  # series_of_numbers
    -3.3575,  # exact_short
    -2.6324,  # bias
    -0.9247,  # alike
    -1.4733,  # slips
    -0.9167,  # short_and_alike
    -1.1351,  # number_lost
    -0.4319,  # number_added
    2.1220,  # word_slips
    -0.5353,  # real_word_slips
    -0.8339,  # other_words
    1.7120,  # odd_words
    -0.0102,  # missing_words
    -0.5454,  # alike_year
    -0.0941,  # alike_popularity
    0.3003,  # alike_one_word
    -0.2729,  # alike_unasked
    1.6052,  # alike_doubt
    0.3757,  # words_count_alike
    0.2331,  # one_edit
    0.3299,  # two_edits
    -0.3500,  # three_edits
    0.0236,  # edits_per_letter
    0.0947,  # same_start
    -4.6556,  # only_beginning
    0.6132,  # beginning_known
    -1.4708,  # beginning_year
    -0.6207,  # beginning_short
    -0.7931,  # beginning_unasked
    0.0709,  # beginning_one_word
    0.4430,  # beginning_doubt
    3.6486,  # year_same
    0.3568,  # year_near
    -4.6095,  # year_two_three
    -4.2480,  # year_far
    1.1110,  # year_unasked
    -1.6913,  # year_unlisted
    0.1379,  # same_popularity_unasked
    -1.4205,  # same_year_far_known
    0.1688,  # kind_same
    -6.1452,  # kind_other
    0.0310,  # season_listed
    -1.0201,  # season_beyond
    1.5126,  # only_show_place
    1.4561,  # country_same
    -4.9006,  # country_other
    0.8195,  # popularity
    1.7871,  # unknown_title
    1.0794,  # runtime_near
    -3.1649,  # runtime_far
)

#: How likely the best title is right, as logarithms of odds: a bias, and what its sum, its lead over
#: titles of the same name and its lead over all others give.
SURE: Final = (-1.0666, -0.3487, 0.1653, 1.3792)

#: From here on a title is accepted by itself: the lowest score that kept precision at 0.985 and false
#: matches at 1.5 % on queries the weights had not seen.
ACCEPTED: Final = 0.501

#: From here on a title is beyond doubt: the same with a precision of 0.995.
HIGH: Final = 0.931
