# SPDX-License-Identifier: Apache-2.0
"""Everyday questions and tasks, and their answers: what the model is for."""
