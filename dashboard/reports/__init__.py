"""A lecture's report: values in, PDF and CSV out."""

from dashboard.reports.render import TABLES, render_report, report_files

__all__ = ["TABLES", "render_report", "report_files"]
