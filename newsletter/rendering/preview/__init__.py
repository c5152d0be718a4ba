"""What an editor looks at before a message is sent, all of it made from the HTML that is sent."""
