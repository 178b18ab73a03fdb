"""The commands: one file for each group, imported when it is used.

A new group is a file here and a line in the table of *main*.
"""
