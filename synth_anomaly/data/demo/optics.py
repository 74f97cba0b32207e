"""The camera: light on the scene, exposure, lens blur and sensor noise."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from synth_anomaly.data.demo.canvas import Array, Canvas

__all__ = ["Camera", "draw_camera", "expose", "sensor_noise"]


@dataclass(frozen=True, kw_only=True)
class Camera:
    """How one picture was taken.

    Attributes:
        gain: Exposure of the red, green and blue channel, (3,).
        tilt: Change of the light from the centre to the right and to the lower side.
        vignetting: Loss of light at the corners, 0 to 1.
        contrast: Exponent on the exposed values.
        blur: Standard deviation of the lens blur, in canvas coordinates.
        noise: Standard deviation of the noise of a mid grey pixel, in grey levels of 255.
    """

    gain: Array
    tilt: tuple[float, float]
    vignetting: float
    contrast: float
    blur: float
    noise: float


def draw_camera(rng: np.random.Generator) -> Camera:
    """Draw a camera; exposure and light vary about as strongly as the defects stand out."""
    exposure = float(np.exp(np.clip(rng.normal(0.0, 0.13), -0.34, 0.16)))
    return Camera(
        gain=(exposure * rng.normal(1.0, 0.010, 3)).astype(np.float32),
        tilt=(float(rng.normal(0.0, 0.06)), float(rng.normal(0.0, 0.06))),
        vignetting=float(rng.uniform(0.02, 0.14)),
        contrast=float(rng.uniform(0.85, 1.2)),
        blur=float(rng.uniform(0.0045, 0.0075)),
        noise=float(rng.uniform(1.2, 2.4)),
    )


def expose(scene: Array, camera: Camera, canvas: Canvas, size: int) -> Array:
    """Photograph a scene without noise.

    Args:
        scene: Colours (H, W, 3), about 0 to 1.
        camera: How the picture is taken.
        canvas: The sheet on which the scene was drawn.
        size: Side of the picture in pixels; it divides the canvas' size.

    Returns:
        Picture (size, size, 3), 0 to 255.
    """
    light = 1.0 + camera.tilt[0] * canvas.x + camera.tilt[1] * canvas.y
    light = light - (camera.vignetting * 0.5) * (canvas.x * canvas.x + canvas.y * canvas.y)
    lit = np.clip(scene * light[..., None] * camera.gain, 0.0, 1.5)
    lit = cv2.pow(lit, camera.contrast)
    sigma = camera.blur * canvas.size / 2.0
    sharp = cv2.GaussianBlur(lit, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    if canvas.size != size:
        sharp = cv2.resize(sharp, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(np.clip(sharp * np.float32(255.0), 0.0, 255.0), np.float32)


def sensor_noise(rng: np.random.Generator, picture: Array, camera: Camera) -> Array:
    """Draw noise (H, W, 3) in grey levels, stronger where the picture is brighter as photons are."""
    grain = rng.standard_normal(picture.shape, dtype=np.float32)
    strength = camera.noise * np.sqrt(0.4 + picture * np.float32(0.6 / 128.0))
    return np.asarray(grain * strength, np.float32)
