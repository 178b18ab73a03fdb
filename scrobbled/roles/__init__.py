"""Each role's process, put together: the only place that knows all the parts."""
