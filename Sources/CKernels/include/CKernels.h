// SPDX-License-Identifier: Apache-2.0
#ifndef SPIN_CKERNELS_H
#define SPIN_CKERNELS_H
#endif
