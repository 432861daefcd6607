// SPDX-License-Identifier: Apache-2.0

// `import SPIN` gives what README, the documentation and the examples teach, name by name, and nothing else.
