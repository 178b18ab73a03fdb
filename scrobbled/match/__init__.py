"""
Which title is it? Pure functions over what the catalogue offers.

*normalize* brings names to one spelling, *decide* decides among candidates: ids
first, then the exact name, then likeness, and nothing without a clear margin. A
wrong play in somebody's history is worse than an unmatched one.
"""
