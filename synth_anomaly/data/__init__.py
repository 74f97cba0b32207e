"""Images and masks: data sets, reading, resizing, splitting, and batches on the computing device."""

from __future__ import annotations

from synth_anomaly.data.cifar10 import CIFAR10
from synth_anomaly.data.counts import ImageCounts, count_samples
from synth_anomaly.data.dagm2007 import DAGM2007, DAGM2007Six
from synth_anomaly.data.decode import Skipped
from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.export import export_demo
from synth_anomaly.data.folder import Folder
from synth_anomaly.data.image_file import ImageFile, MaskFile, dataset_as, read_as
from synth_anomaly.data.images import read_image
from synth_anomaly.data.inputs import Images, as_samples
from synth_anomaly.data.kolektor_sdd import KolektorSDD
from synth_anomaly.data.kolektor_sdd2 import KolektorSDD2
from synth_anomaly.data.labelled import LabelledBatch, LabelledImages, ScoreSize, load_test
from synth_anomaly.data.leaks import leak_note
from synth_anomaly.data.load import BUDGET_BYTES, load_images
from synth_anomaly.data.locate import DATA_VARIABLE
from synth_anomaly.data.masks import read_mask
from synth_anomaly.data.mvtec_ad import BTAD, MPDD, MVTecAD, MVTecAD2, MVTecLOCO
from synth_anomaly.data.pictures import readable_suffixes
from synth_anomaly.data.reading import MAX_PIXELS, Pages, Reading
from synth_anomaly.data.resize import resize_image, resize_mask
from synth_anomaly.data.source import ALL, Source, open_dataset, resolve
from synth_anomaly.data.split import split_normals
from synth_anomaly.data.store import ImageStore
from synth_anomaly.data.visa import VisA

__all__ = [
    "ALL",
    "BTAD",
    "BUDGET_BYTES",
    "CIFAR10",
    "DAGM2007",
    "DATA_VARIABLE",
    "MAX_PIXELS",
    "MPDD",
    "DAGM2007Six",
    "Demo",
    "Folder",
    "ImageCounts",
    "ImageFile",
    "ImageStore",
    "Images",
    "KolektorSDD",
    "KolektorSDD2",
    "LabelledBatch",
    "LabelledImages",
    "MVTecAD",
    "MVTecAD2",
    "MVTecLOCO",
    "MaskFile",
    "Pages",
    "Reading",
    "ScoreSize",
    "Skipped",
    "Source",
    "VisA",
    "as_samples",
    "count_samples",
    "dataset_as",
    "export_demo",
    "leak_note",
    "load_images",
    "load_test",
    "open_dataset",
    "read_as",
    "read_image",
    "read_mask",
    "readable_suffixes",
    "resize_image",
    "resize_mask",
    "resolve",
    "split_normals",
]
