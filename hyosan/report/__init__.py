"""The account of a run: sentences, pictures and tables, made from the run folder alone."""
