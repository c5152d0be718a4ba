"""Other people's pages: fetched without reaching private hosts, and read for what they say of themselves."""
