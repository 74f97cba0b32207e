"""What the benchmark's rows are compared with: simple code for one image at a time, and Kornia's own.

Images and textures are decoded and resized before the clock starts. What is compared with a synthesizer
returns an image and its mask as float32, as a training step takes them.

How they compare with the peers' published code, which was run apart from this project on the same images and
textures (MVTec AD's transistor, 300 of DTD, 256x256; milliseconds an image, one thread, interleaved, medians;
numpy 1.26, OpenCV 4.11, imgaug 0.4):

    DRAEM, augment_image                                15.3    here 12.8
    DRAEM, rand_perlin_2d_np                             8.2          7.1
    DRAEM, Perlin, turn and threshold                    9.1          7.6
    DRAEM, three of ten augmenters of imgaug             1.8          1.1
    pytorch-cutpaste, CutPasteNormal, then ToTensor      1.0          0.95

NSA's was run later, on another machine and on the images of this benchmark (numpy 2, OpenCV 5.0):

    NSA, patch_ex of up to three patches, to tensors     2.65    here 2.53

There is no published code of AnoSeg's hard augmentation; the row here took 2.2.
"""

from functools import partial

import kornia.augmentation as K
import numpy as np
import reference_cutpaste
import reference_draem
import reference_nsa
import reference_perlin
import torch
from PIL import Image


def references(images, device):
    """Return functions without arguments by name; each makes as many samples as there are images.

    Args:
        images: Uint8 ``(B, H, W, 3)``, an array.
        device: Where Kornia computes; the others compute on the CPU.
    """
    rng = np.random.default_rng(0)
    others = np.roll(images, 1, axis=0)
    floats = images.astype(np.float32) / 255
    batch = torch.from_numpy(floats.transpose(0, 3, 1, 2)).contiguous().to(device)
    pictures = [Image.fromarray(image) for image in images]

    def one_by_one(function, *columns):
        return lambda: [function(*row, rng) for row in zip(*columns, strict=True)]

    def as_sample(module, function):
        return lambda *given: module.as_sample(function(*given))

    cutpaste = as_sample(reference_cutpaste, reference_cutpaste.cutpaste)
    hard = as_sample(reference_cutpaste, reference_cutpaste.hard_augmentation)
    clone = as_sample(reference_nsa, reference_nsa.nsa)
    return {
        "numpy Perlin": one_by_one(reference_perlin.random_perlin_noise, [images.shape[1:3]] * len(images)),
        "DRAEM chain": one_by_one(reference_draem.draem, floats, others),
        "DRAEM's operations": one_by_one(reference_draem.three_operations, others),
        "DRAEM's mask and blend": one_by_one(reference_draem.mask_and_blend, floats, others),
        "Pillow CutPaste": one_by_one(cutpaste, pictures),
        "Pillow hard augmentation": one_by_one(hard, pictures),
        "OpenCV seamlessClone": one_by_one(clone, images, others),
        "Kornia RandomElasticTransform": partial(K.RandomElasticTransform(p=1.0), batch),
        "Kornia ColorJiggle": partial(K.ColorJiggle(0.4, 0.4, 0.4, 0.1, p=1.0), batch),
    }
