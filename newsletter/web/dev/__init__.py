"""Pages for whoever runs this on their own machine; they do not exist anywhere else."""
