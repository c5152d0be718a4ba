"""Redirect links: what the links of a mailing lead through, so that a wrong address can be mended later."""
