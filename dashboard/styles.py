"""The `<style>` elements that Mantine, AG Grid, Plotly and Dash's parts put into a page.

They are the same on every page, in both themes and at all widths, so a policy can name each by
its content. A version that brings others fails where they are collected:
tests/long/test_policy.py.
"""

from __future__ import annotations

HASHES = (
    "'sha256-+QoPrsxO0auPnxSulD3bAr9CoDGgzv7YRfYE0vfxeQI='",
    "'sha256-+soAzMi22c6suKR3qsxWNi891PI7bDqCrR58dYzu+nw='",
    "'sha256-0//Y//yOB4hYUnQtJ4nufkQeLD6qQJmlXvjd8WWgMOs='",
    "'sha256-0IJGrxhCP5NUIafylLkj5118xkZH1kp5FmNio7NOckI='",
    "'sha256-3dv8bVnKPc6YTDex/98SX/y5OlgOjjkSaSoSKx2fRXg='",
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-4A9WusJPNXvACV0C20kpw9zHDGVaOdQd2/ruaIQXRFY='",
    "'sha256-4vhMu/ZnT/fZI05+7opbuaEITDhP+Sgig7SBJhiIrt8='",
    "'sha256-85MITomVYL9ia0nDQdVnFyWjDvbLXHP0zhaa+rYCxKU='",
    "'sha256-Aq43X0SlmB69maWGob4rp/UuSHhwePalkRRExtsxOJ8='",
    "'sha256-DK863pDO0eX10EcIrYhKRxUIHwAGc8gsEsyC3D2j61s='",
    "'sha256-DdD72VU8ifkvS+36YRX6FCNrQEh7mA/MWb6yyVzsuyA='",
    "'sha256-Do5Z9ZqsPvCQTUBQS9BnDm/2+on7omuzuLYk5sbA+2s='",
    "'sha256-FQ++KHv7Ig7R6XP9C2X0S4uD1OrwUSTWAFpWBRiFjK0='",
    "'sha256-ITR5T9OwskhdqdsliUJRmgp9ltOFAHgXe1F7eRvGnmQ='",
    "'sha256-IpHnH5jvYqms3n+z/NMON95+gcdwsd1enDoGgvF9Opg='",
    "'sha256-MJs2ke1SA6Cy3tTCZu2QH0rj0r//iNqU0idy9bM4leg='",
    "'sha256-Og5SyHytXfIhbYbsjWyPWbJTWcVop/ta3Fzt/+9+FlQ='",
    "'sha256-OuRrlCkNoyXgmSVwU0BT+5yVQA+KqyfRd/dFEA+8nSg='",
    "'sha256-QGsVmmjIgmPlvak+CaOVC1AZM/hIkIqZKWGXHb2+xSw='",
    "'sha256-RCvro/RR30uIsqqxso8mt8i+UR4O4I8963a3zGLuNF8='",
    "'sha256-RlOoLMMZXEFHzuOJyJCBK08d6ipmlX2JEJCatv9j61o='",
    "'sha256-SkhFDxgIcEjMhRh19uSHWrkdnAlZ9rlskgr9yLsipa8='",
    "'sha256-U2M2ZJvlBYzAoqENSzfQQBH8cSviqExUmG3s8gmGaIE='",
    "'sha256-VFw4sJIt4Zc0+//eYnksN8Ku9qMhbPpHJEkXMWUiD30='",
    "'sha256-VUA+tqvhK3niMn7AdszqidMFPRh9FLqxB2iINUrsiTw='",
    "'sha256-WdVLWYvwxpx/Qjnw+uNg8EmsPpZgGU1w0CMT2IsUrJ8='",
    "'sha256-X2TqJwnIiE/ceDVeAdr7v7BOWBU6CEzE6qxlNzBzvBk='",
    "'sha256-X8ikrSrJ8KtgOpLNU+7+1v0CW0DSFOAZvNtX0ExB1vs='",
    "'sha256-YB4WrdnDV8xs96s/xHM89rmrGCwBdq9PZmznzhQ86eA='",
    "'sha256-YK9eUhPhSb6QQKWujWP9V/2YXlJkbLBVjuQ4j584TJs='",
    "'sha256-Z8VokGxeiKThZOEmkdUgfW+jxbvItBwAXC8M1c4wqAM='",
    "'sha256-aTEqNO8pr3xddsv/BiDXSYbn+Lp6VEfi4SA2TqFU6qU='",
    "'sha256-dG0HinAJkYg7Rpm+TZRzyVQRYdaQGBCCwptkRRoTFLY='",
    "'sha256-dxrEw072G3f1/tpHBm1e2ADZjuldGd2jgWpjTS4CnLc='",
    "'sha256-g/jaOuV/qTLpkqu0OtbzZSQui9inv22j1OGRUdrz8x8='",
    "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='",
    "'sha256-nQmBNbZdONp+uMRvqjgz0tGmn95xz/6Fk2kGcEw+aYg='",
    "'sha256-obSG11sB9ozolIz3//Xup/dwqSp2aI9tDRc8bvBVRtE='",
    "'sha256-on52mt3dH6YoAuNDO22DyCvqggdWPuqP3pQ+XPIGFYw='",
    "'sha256-pGhmWsq7VKIoPM1jqu88imcpXy4ujfjt/c9Pk7eMRRc='",
    "'sha256-tCA1/E6bJDm3xAeb5pTo9IhH67gJxQumi2rIffOYjEM='",
    "'sha256-uDiOZWps1U7E8/0BTaQrclYMhVhRVE4dT0vb5X6nXOw='",
    "'sha256-up4oMJUfLusqRzByKS+Wh8lEIoNust+QaA5gwa/WiSQ='",
    "'sha256-vre5W5s0fTI9jqv4+D9WNgIjIpykvJJDdttIl8o7/i4='",
)
