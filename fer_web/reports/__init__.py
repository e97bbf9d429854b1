"""From readings to what they say: summaries, CSV, JSON and pages. Pure: values in, text out."""

from fer_web.reports.answers import PracticeAnswer, answers_of
from fer_web.reports.as_json import summary_json
from fer_web.reports.card_text import CardText
from fer_web.reports.csv_files import ReadingsWriter, csv_lines, read_readings_csv, write_readings_csv
from fer_web.reports.page import comparison_fragment, comparison_html, report_fragment, report_html
from fer_web.reports.people_events import people_events_lines
from fer_web.reports.person import PersonSummary
from fer_web.reports.spreadsheet import COMMA, SEMICOLON, SEPARATORS
from fer_web.reports.summary import Summary, summarize
from fer_web.reports.usual import Usual, series_of

__all__ = [
    "COMMA",
    "SEMICOLON",
    "SEPARATORS",
    "CardText",
    "PersonSummary",
    "PracticeAnswer",
    "ReadingsWriter",
    "Summary",
    "Usual",
    "answers_of",
    "comparison_fragment",
    "comparison_html",
    "csv_lines",
    "people_events_lines",
    "read_readings_csv",
    "report_fragment",
    "report_html",
    "series_of",
    "summarize",
    "summary_json",
    "write_readings_csv",
]
