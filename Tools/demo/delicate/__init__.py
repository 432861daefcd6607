# SPDX-License-Identifier: Apache-2.0
"""Delicate questions, about groups of people and about private details of persons."""
