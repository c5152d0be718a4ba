"""What differs between two documents: by section and by item, with words compared inside texts. Pure."""

from newsletter.issues.diff.change import Change, DocumentDiff, FieldDiff, ItemDiff, Piece, SectionDiff
from newsletter.issues.diff.compare import diff_documents

__all__ = ["Change", "DocumentDiff", "FieldDiff", "ItemDiff", "Piece", "SectionDiff", "diff_documents"]
