"""The ledger as a workbook with live formulas: inputs, monthly flows per option, totals.

Everything is the median world, so the totals are the run's `cost_at_medians`. Text is written as
text, whatever it begins with; formulas carry their value for readers that don't compute.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from buildbuy.decide import live
from buildbuy.decide.run import Run
from buildbuy.report.safe import plain

FIRST = 4  # the column of the first month
TOTALS, INPUTS = "Totals", "Inputs"
ABOUT = (
    "Present values in the one world where every input takes its median, without endings and later switches.",
    "Change a blue cell on the sheet Inputs: the price of an hour, a price, the discount rate. The totals follow.",
    "Hours, quantities and price drift are values of the engine; change an effort or a workload in the profile and decide again.",
    "Amounts paid at once are placed in their month, so a changed discount rate moves them to the half of a month.",
    "A plan's minimum and start-up credits are held as they bind today.",
)


def render(run: Run, data: dict[str, Any]) -> bytes:
    """The workbook's bytes, the same for the same run."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    year, month = map(int, data["as_of"].split("-"))
    book.set_properties({"title": "buildbuy ledger", "created": datetime(year, month, 1, tzinfo=UTC)})
    book.set_calc_mode("auto")
    _Writer(book, run, data).write()
    book.close()
    return out.getvalue()


class _Sheet(Worksheet):  # type: ignore[misc]
    """A worksheet that takes formulas as they are: the library's own looks for three dozen functions
    that Excel spells in another way, none of which is used here, and needs most of the time for it.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


class _Writer:
    """One workbook in the making: formats, and where each input stands."""

    def __init__(self, book: xlsxwriter.Workbook, run: Run, data: dict[str, Any]) -> None:
        self.book, self.run, self.data = book, run, data
        make = book.add_format
        self.bold, self.head = make({"bold": True}), make({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.input, self.money = make({"font_color": "#0b5cad", "bg_color": "#eef4fb"}), make({"num_format": "#,##0.00"})
        self.total = make({"num_format": "#,##0.00", "bold": True, "top": 1})
        self.soft, self.wrap = make({"font_color": "#57606a", "num_format": "#,##0.00##"}), make({"text_wrap": True, "valign": "top"})
        self.cells: dict[tuple[str, str], str] = {}
        self.totals = book.add_worksheet(TOTALS, worksheet_class=_Sheet)
        self.inputs = book.add_worksheet(INPUTS, worksheet_class=_Sheet)

    def write(self) -> None:
        flows = {name: live.flows(o) for name, o in self.run.outcomes.items()}
        used = {(name, p) for name, by in flows.items() for fs in by.values() for f in fs for p in f.quantities}
        self._inputs(used)
        self._totals([(c, self._sheet(c, flows[c["id"]])) for c in self.data["components"]])

    def text(self, sheet: Any, row: int, column: int, value: object, style: Any = None) -> None:
        sheet.write_string(row, column, plain(value), style)

    def _inputs(self, used: set[tuple[str, str]]) -> None:
        """Every input once, with grade and source; the blue ones are live."""
        sheet, method = self.inputs, self.data["method"]
        for i, title in enumerate(("input", "value", "5%", "95%", "unit", "grade", "source", "as of", "moves the totals", "id")):
            self.text(sheet, 0, i, title, self.head)
        settings = (("discount rate, real, a year", "discount_rate", method.get("discount_rate", 0.0)), ("worth of an engineer's hour over its cost", "multiplier", method.get("opportunity_multiplier", 1.0)), (f"USD per {self.data['currency']}", "usd_per", self.run.usd_per_currency))
        row = 1
        for label, key, value in settings:
            self.text(sheet, row, 0, label)
            sheet.write_number(row, 1, value, self.input)
            self.text(sheet, row, 8, "yes")
            self.cells["", key] = f"{INPUTS}!{xl_rowcol_to_cell(row, 1, True, True)}"
            row += 1
        for d in self.data["drivers"]:
            driver = d["id"].removesuffix(f" ({d['used_in'][0]})")
            moves = any((c, driver) in used for c in d["used_in"])
            exact = float(live.Nudged(self.run.outcomes[d["used_in"][0]].problem.drivers, ()).value(driver)[0]) if moves else d["value"]["p50"]
            self.text(sheet, row, 0, d["label"])
            for column, value in ((1, exact), (2, d["value"]["p5"]), (3, d["value"]["p95"])):
                if value is not None:
                    sheet.write_number(row, column, value, self.input if moves and column == 1 else None)
            for column, value in ((4, d["unit"]), (5, d["grade"]), (6, d["source"]), (7, d["as_of"]), (8, "yes" if moves else "in a new run"), (9, d["id"])):
                self.text(sheet, row, column, value)
            for c in d["used_in"]:
                self.cells[c, driver] = f"{INPUTS}!{xl_rowcol_to_cell(row, 1, True, True)}"
            row += 1
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, 5, 14)
        sheet.set_column(6, 6, 60)
        sheet.autofilter(0, 0, row - 1, 9)

    def _sheet(self, c: dict[str, Any], by_action: dict[str, tuple[live.Flow, ...]]) -> dict[str, tuple[str, float]]:
        """A component's options below each other; where each total stands, and its value."""
        name, months = c["id"][:31], self.data["horizon_months"]
        sheet = self.book.add_worksheet(name, worksheet_class=_Sheet)
        rate = self.data["method"]["discount_rate"]
        weights = (1 + rate) ** (-(np.arange(months) + 0.5) / 12)
        for i, title in enumerate(("line", "what", "price of one", "present value, USD")):
            self.text(sheet, 0, i, title, self.head)
        self.text(sheet, 1, 0, "discount factor, middle of the month", self.soft)
        for m in range(months):
            sheet.write_number(0, FIRST + m, m, self.head)
            at = xl_rowcol_to_cell(0, FIRST + m, True)
            sheet.write_formula(1, FIRST + m, f"=(1+{self.cells['', 'discount_rate']})^(-({at}+0.5)/12)", self.soft, weights[m])
        factors = f"${xl_col_to_name(FIRST)}$2:${xl_col_to_name(FIRST + months - 1)}$2"
        row, where = 3, {}
        called = {o["id"]: o["name"] for o in c["options"]}
        for action in [o["id"] for o in c["options"] if o["id"] in by_action]:
            self.text(sheet, row, 0, called[action], self.bold)
            row, total, value = self._option(sheet, row + 1, by_action[action], c["id"], factors, weights)
            where[action] = (f"'{name}'!{total}", value)
            row += 1
        sheet.freeze_panes(2, FIRST)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 1, 44)
        sheet.set_column(2, 3, 16)
        sheet.set_column(FIRST, FIRST + months - 1, 11)
        return where

    def _option(self, sheet: Any, row: int, found: tuple[live.Flow, ...], component: str, factors: str, weights: Any) -> tuple[int, str, float]:
        """An option's lines; the next free row, and the cell and value of its total in the run's money."""
        sums, whole = [], 0.0
        for flow in found:
            parts: list[tuple[int, str]] = []
            for driver, quantity in flow.quantities.items():
                price = self.cells[component, driver]
                if driver == live.LABOUR:
                    price = f"{price}*{self.cells['', 'multiplier']}"
                self.text(sheet, row, 0, flow.line, self.soft)
                self.text(sheet, row, 1, "hours" if driver == live.LABOUR else f"units of: {self._label(component, driver)}", self.soft)
                sheet.write_formula(row, 2, f"={price}", self.soft, self._price(component, driver))
                self._numbers(sheet, row, quantity)
                parts.append((row, xl_rowcol_to_cell(row, 2, True, True)))
                row += 1
            fixed = None
            if not flow.quantities or np.abs(flow.rest).max() > live.NEGLIGIBLE:
                self.text(sheet, row, 0, flow.line, self.soft)
                self.text(sheet, row, 1, "USD that no price here moves", self.soft)
                self._numbers(sheet, row, flow.rest)
                fixed, row = row, row + 1
            self.text(sheet, row, 0, flow.line)
            self.text(sheet, row, 1, "USD a month")
            for m, amount in enumerate(flow.amount.tolist()):
                column = xl_col_to_name(FIRST + m)
                terms = [f"{column}{r + 1}*{price}" for r, price in parts] + ([f"{column}{fixed + 1}"] if fixed is not None else [])
                sheet.write_formula(row, FIRST + m, f"={'+'.join(terms)}", self.money, amount)
            own = f"{xl_rowcol_to_cell(row, FIRST)}:{xl_rowcol_to_cell(row, FIRST + len(flow.amount) - 1)}"
            value = float(flow.amount @ weights)
            sheet.write_formula(row, 3, f"=SUMPRODUCT({own},{factors})", self.money, value)
            sums.append(xl_rowcol_to_cell(row, 3))
            whole += value
            row += 1
        value = whole / self.run.usd_per_currency
        self.text(sheet, row, 0, f"total, {self.data['price_year']} {self.data['currency']}", self.bold)
        sheet.write_formula(row, 3, f"=({'+'.join(sums) or '0'})/{self.cells['', 'usd_per']}", self.total, value)
        return row + 1, xl_rowcol_to_cell(row, 3, True, True), value

    def _numbers(self, sheet: Any, row: int, values: Any) -> None:
        """A month's values; where there is nothing the cell stays empty, which a formula reads as zero."""
        for m, value in enumerate(values.tolist()):
            if value:
                sheet.write_number(row, FIRST + m, value, self.soft)

    def _label(self, component: str, driver: str) -> str:
        return self.run.outcomes[component].problem.drivers[driver].label

    def _price(self, component: str, driver: str) -> float:
        problem = self.run.outcomes[component].problem
        value = float(live.Nudged(problem.drivers, ()).value(driver)[0])
        return value * (problem.settings.opportunity_multiplier if driver == live.LABOUR else 1.0)

    def _totals(self, rows: list[tuple[dict[str, Any], dict[str, tuple[str, float]]]]) -> None:
        """First sheet: each option's total beside the run's own, and their difference."""
        sheet = self.totals
        self.text(sheet, 0, 0, f"Build or buy: {self.data['name']}" if self.data["name"] else "Build or buy", self.bold)
        for i, line in enumerate(ABOUT):
            self.text(sheet, 1 + i, 0, line)
        top = len(ABOUT) + 2
        money = f"{self.data['price_year']} {self.data['currency']}"
        for i, title in enumerate(("component", "option", f"cost at medians, {money}", "as the run has it", "difference", "mean of modelled worlds", "verdict")):
            self.text(sheet, top, i, title, self.head)
        row = top + 1
        for c, where in rows:
            for o in c["options"]:
                if o["id"] not in where:
                    continue
                cell, value = where[o["id"]]
                self.text(sheet, row, 0, c["name"])
                self.text(sheet, row, 1, o["name"])
                sheet.write_formula(row, 2, f"={cell}", self.money, value)
                sheet.write_number(row, 3, o["cost_at_medians"], self.money)
                sheet.write_formula(row, 4, f"=C{row + 1}-D{row + 1}", self.money, value - o["cost_at_medians"])
                sheet.write_number(row, 5, o["cost"]["mean"], self.money)
                self.text(sheet, row, 6, "verdict" if o["id"] == c["verdict"]["option"] else ("barred" if o["policy_cost"] is None else ""))
                row += 1
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 60)
        sheet.set_column(2, 6, 20)
