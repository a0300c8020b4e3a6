"""From a change of a row to the events that tell of it: a module for each kind of rows."""
