"""The inbox: links that editors collect, what their pages say, and how they become items of an issue."""
