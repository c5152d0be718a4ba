"""The picture that shared links show for an issue (Open Graph, `og:image`): its title in a publication's look."""
