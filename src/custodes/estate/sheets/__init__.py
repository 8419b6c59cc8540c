"""The register as spreadsheets: read what facilities managers keep, write what they can keep."""
