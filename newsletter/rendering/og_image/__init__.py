"""The picture that shared links show for an issue (Open Graph, `og:image`): its title, number and day."""
