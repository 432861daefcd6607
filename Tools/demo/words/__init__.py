# SPDX-License-Identifier: Apache-2.0
"""Lists of words. All people, peoples and places are invented or everyday."""
