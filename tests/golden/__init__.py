"""Golden files: what was once looked at and found good. `UPDATE_GOLDEN=1` writes them anew."""
