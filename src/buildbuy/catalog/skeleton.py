"""A new system's file, to be filled in: it loads as it is, and every assumption in it says so."""

from __future__ import annotations

from buildbuy.catalog.schema import Component


def skeleton(system: str, component: Component, month: str) -> str:
    """YAML of a system for a component, with a comment at every place to fill in."""
    variable, spec = next(iter(component.variables.items()))
    parts = [name for name, part in component.parts.items() if not part.yours]
    others = "\n".join(f"    # {name}: {{source: page}}" for name in parts[1:])
    return f"""\
# {system}: fill in what you know, delete what you don't. Nothing is guessed: what isn't here is unknown.
# Then: buildbuy catalog show {system} --catalog THIS_FOLDER
id: {system}
name: {system.replace("-", " ").title()}
summary: What it is, in a sentence.
homepage: https://example.com
components: [{component.id}]
sources:
  # One entry a page you read: the month it states (a page without a date: the month you read it, and
  # `page_date: unstated`), and how you know it (documented: read there
  # yourself; secondary: from someone who read it, with `via`; assumed: your own judgement, with `note`).
  page: {{url: "https://example.com/pricing", as_of: {month}, title: "replace me"}}
  judgement: {{as_of: {month}, grade: assumed, note: "our own judgement"}}
owners:
  - {{id: {system}-owner, kind: company, source: page}}     # startup, company, hyperscaler, foundation, community or own
license: {{value: "proprietary service", source: page}}
parts:
  {component.id}:
    {parts[0]}: {{source: page}}      # which parts it covers; add `since: 2025-03` where you know it
{others}
offers:
  managed:                            # or self-host
    available: {{since: {month}, source: page}}            # newcomers_until, until: when it closes or ends
    deployment:
      - {{value: saas, source: page}}  # saas, single-tenant, customer-vpc, on-prem, air-gapped
    # regions: [{{value: eu, source: page}}]               # us, eu, uk, ca, apac, any
    # compliance: [{{value: soc2, source: page}}]          # soc2, iso27001, hipaa, gdpr, pci-dss, fedramp; conditions, plans it holds on, ask: what its page leaves open
    plans:
      - id: list
        name: List price
        source: page
        quote_only: true              # no price yet: the option stays barred until there is one. Then delete this line and give
        # charges:                    # rate x quantity, which must come out as money per time
        #   - {{name: usage, rate: {{value: 0.10, unit: "USD/({spec.unit}*month)", source: page}}, quantity: {variable}}}
    # limits:
    #   - {{metric: {variable}, op: "<=", value: 1000, unit: "{spec.unit}", kind: quota, source: page}}
# Quantities a charge may name: {", ".join(component.variables)}
# events:
#   - {{when: {month}, kind: released, text: "first release", source: page}}
# exit:
#   - {{value: "how data and code come out again", source: page}}
fingerprints:
  pypi: [{system}]
  imports: [{system.replace("-", "_")}]
"""
