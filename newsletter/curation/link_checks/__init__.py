"""Link checks: workers look at the links of drafts; a review says which are dead or have changed."""
