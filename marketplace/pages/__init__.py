"""The pages: each parses, authorizes, calls one service and renders; scripts draw what lives."""
