"""
The workers: from an event in the stream to a row in somebody's history.

*loop* reads batches, *applying* applies and acknowledges them, *chores* is what goes on beside;
*matching* finds out which title each
event is about; *batch* loads the state a batch touches, lets the rules decide and
writes what they say; *late* does the same when the past has to be told again;
*retry* decides what becomes of what failed.
"""
