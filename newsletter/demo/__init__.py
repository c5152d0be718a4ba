"""The demo: an invented coalition of harbour cities, its digest and its readers. None of it is real."""
