"""Segments: saved rules that narrow a publication's subscribers, compiled to SQL whenever they are asked."""
