"""Tables that other people publish or export: each comes in without a choice.

Rows of timm are from its results/*.csv (huggingface/pytorch-image-models); those of others are
as their exporters write them.
"""

import numpy as np
import pytest
from published import SHARED
from written import column, sniffed, taken

from services.exchange.tables.preview import preview
from services.exchange.tables.reading import read

REFERENCE = SHARED.parent / "reference"

IMAGENET = """model,top1,top1_err,top5,top5_err,param_count,img_size,crop_pct,interpolation
eva_giant_patch14_560.m30m_ft_in22k_in1k,89.786,10.214,98.992,1.008,"1,014.45",560,1.000,bicubic
regnety_1280.swag_ft_in1k,88.230,11.770,98.686,1.314,644.81,384,1.000,bicubic
resnet50.a1_in1k,80.212,19.788,94.942,5.058,25.56,224,0.950,bilinear
"""
IMAGENET_A = """model,top1,top1_err,top5,top5_err,param_count,img_size,cropt_pct,interpolation,\
top1_diff,top5_diff,rank_diff
eva02_large_patch14_448,88.227,11.773,97.093,2.907,305.08,448,1.000,bicubic,-10.623,-2.787,+1
regnety_1280.swag_ft,83.907,16.093,96.200,3.800,644.81,384,1.000,bilinear,-14.543,-3.610,+18
"""
TRAINED = """model,train_samples_per_sec,train_step_time,train_batch_size,train_img_size,\
param_count
tinynet_e,11915.85,41.681,512,106,2.04
resnet18,3481.78,146.713,384,224,11.69
regnetx_002,4105.04,124.027,512,224,2.68
"""
INFERRED = """model,infer_samples_per_sec,infer_step_time,infer_batch_size,infer_img_size,\
infer_gmacs,infer_macts,param_count
tinynet_e,38522.1,6.633,256,106,0.03,0.69,2.04
resnet18,8481.72,30.171,128,224,1.82,2.48,11.69
regnetx_004,9291.08,27.542,256,224,0.4,3.14,5.16
"""


def test_errors_of_timm_are_read_beside_their_accuracies(tmp_path):
    shown = sniffed(tmp_path, IMAGENET, "results-imagenet.csv")
    assert [column(shown.plan, name).role for name in ("top1", "top5")] == ["ignored"] * 2
    table = taken(tmp_path, IMAGENET, "results-imagenet.csv")
    assert table.numbers["error"].tolist() == [10.214, 11.77, 19.788]
    assert table.numbers["top5_err"].tolist() == [1.008, 1.314, 5.058]
    assert table.numbers["params"].tolist() == [1_014_450_000, 644_810_000, 25_560_000]
    assert table.numbers["resolution"].tolist() == [560, 384, 224]
    assert set(table.networks) == {1, 2}
    assert [(one.factor, one.networks) for one in table.report.differences] == [(1, 2)]


def test_differences_of_timm_are_results_and_no_errors(tmp_path):
    table = taken(tmp_path, IMAGENET_A, "results-imagenet-a.csv")
    assert table.numbers["rank_diff"].tolist() == [1, 18]
    assert table.numbers["top1_diff"].tolist() == [-10.623, -14.543]
    assert table.numbers["error"].tolist() == [11.773, 16.093]


@pytest.mark.parametrize("text", [TRAINED, INFERRED])
def test_timings_of_timm_are_a_table_without_errors(tmp_path, text):
    table = taken(tmp_path, text, "benchmark.csv")
    kind = "train" if text is TRAINED else "infer"
    assert "error" not in table.numbers
    assert table.quantities[f"{kind}_step_time"].unit == "s"
    seconds = {"train": 0.146713, "infer": 0.030171}[kind]
    assert table.numbers[f"{kind}_step_time"][1] == pytest.approx(seconds)
    assert set(table.networks) == {1, 2}
    counted = [one for one in table.report.differences if one.quantity != "activations"]
    assert {one.factor for one in counted} == {1}  # its activations leave a max pool out


WANDB = """"Name","State","Notes","User","Tags","Created","Runtime","Sweep","batch_size","lr",\
"epochs","_step","_timestamp","val/acc","val/loss","train/loss"
"swift-sun-3","finished","-","ann","","2024-03-01T10:00:00.000Z","3610","","128","0.1",\
"90","89","1709287200.5","0.7311","1.21","0.98"
"lucky-sea-2","crashed","-","ann","","2024-03-01T09:00:00.000Z","120","","256","0.05",\
"90","3","1709283600.1","NaN","NaN","3.2"
"""
MLFLOW = """run_id,experiment_id,status,artifact_uri,start_time,end_time,metrics.test_accuracy,\
params.lr,params.seed,tags.mlflow.runName,tags.mlflow.user
0a1b,1,FINISHED,s3://x,2024-01-01 10:00:00+00:00,2024-01-01 11:00:00+00:00,93.1,0.1,1,ant,ann
0a2b,1,FINISHED,s3://x,2024-01-01 10:00:00+00:00,2024-01-01 11:00:00+00:00,93.5,0.1,2,bee,ann
0a3b,1,FAILED,s3://x,2024-01-01 10:00:00+00:00,2024-01-01 11:00:00+00:00,,0.2,1,cow,ann
"""
MLFLOW_PAGE = """Start Time,Duration,Run ID,Name,Source Type,Source Name,User,Status,lr,acc
2022-12-01 12:00:00,1.2min,aa1,run-1,LOCAL,a.py,u,FINISHED,512,0.91
2022-12-01 13:00:00,345ms,aa2,run-2,LOCAL,a.py,u,FAILED,256,
2022-12-01 14:00:00,2.1h,aa3,run-3,LOCAL,a.py,u,FINISHED,128,0.93
"""
OPTUNA = """number,value,datetime_start,datetime_complete,duration,params_depth,params_lr,\
params_optimizer,user_attrs_flops,state
0,0.25,2022-03-05 22:45:49,2022-03-05 22:50:11,0 days 00:04:22.5,12,0.001,adam,390e6,COMPLETE
1,0.31,2022-03-05 22:45:49,2022-03-05 22:50:11,0 days 00:04:12.5,14,0.01,sgd,490e6,COMPLETE
2,,2022-03-05 22:45:49,2022-03-05 22:50:11,0 days 00:00:02.5,16,0.1,sgd,,FAIL
3,,2022-03-05 22:45:49,2022-03-05 22:50:11,0 days 00:00:09.5,18,0.3,adam,,PRUNED
"""


def test_runs_of_wandb_are_their_accuracies_settings_and_names(tmp_path):
    table = taken(tmp_path, WANDB)
    np.testing.assert_allclose(table.numbers["error"], [26.89, np.nan])
    assert table.numbers["training_seconds"].tolist() == [3610, 120]
    assert table.texts["model"].to_pylist() == ["swift-sun-3", "lucky-sea-2"]
    assert table.texts["x_state"].to_pylist() == ["finished", "crashed"]
    assert table.roles["batch_size"] == "parameter"
    assert not {"step", "timestamp", "user"} & {*table.numbers, *table.texts}


def test_runs_of_mlflow_are_merged_over_their_seeds(tmp_path):
    table = taken(tmp_path, MLFLOW)
    np.testing.assert_allclose(table.numbers["error"], [6.7, np.nan])
    assert table.repeats.tolist() == [2, 1]


def test_durations_of_mlflows_page_are_seconds(tmp_path):
    table = taken(tmp_path, MLFLOW_PAGE)
    np.testing.assert_allclose(table.numbers["training_seconds"], [72, 0.345, 7560])
    np.testing.assert_allclose(table.numbers["error"], [9, np.nan, 7])


def test_trials_of_optuna_without_a_value_are_kept_without_an_error(tmp_path):
    shown = sniffed(tmp_path, OPTUNA)
    assert "a guess" in next(one.why for one in shown.columns if one.source == "value")
    table = taken(tmp_path, OPTUNA)
    np.testing.assert_allclose(table.numbers["error"], [25, 31, np.nan, np.nan])
    assert table.numbers["depth"].tolist() == [12, 14, 16, 18]
    assert table.numbers["lr"].tolist() == [0.001, 0.01, 0.1, 0.3]
    assert table.texts["optimizer"].to_pylist() == ["adam", "sgd", "sgd", "adam"]
    assert table.numbers["training_seconds"][0] == 262.5


def shared(name):
    path = REFERENCE / name
    if not path.exists():
        pytest.skip(f"no {path}")
    return path


@pytest.mark.parametrize(
    ("name", "rows", "kind", "networks"),
    [
        ("regnetx_400mf_imagenet_32.csv", 32, "regnet", 29),  # of 3 the line skips a level
        ("timm_infer_rtx4090.csv", 1627, "published", 148),
        ("timm_infer_cpu_i7.csv", 1440, "published", 147),
        ("zoo_regnetx_resnext.json", 14, "published", 14),
    ],
)
def test_tables_of_the_reference_come_in_whole_without_a_choice(name, rows, kind, networks):
    path = shared(name)
    shown = preview(path, name)
    table = read(path, shown.plan)
    assert (shown.plan.networks, len(table), len(table.networks)) == (kind, rows, networks)
    assert table.report.refused == []
    agreed = {one.quantity for one in table.report.differences if one.factor == 1}
    assert agreed == {"flops", "params", "activations"} & set(table.numbers)


RECIPE = """,summary,config,name
0,"{'_wandb': {'runtime': 12}, 'acc': 0.91, 'val_loss': nan}","{'lr': 0.1, 'optim': 'sgd'}",ant
1,"{'_wandb': {'runtime': 14}, 'acc': 0.93, 'val_loss': 0.5}","{'lr': 0.2, 'optim': 'adam'}",bee
2,"{}","{'lr': 0.3, 'optim': 'adam'}",cow
"""


def test_objects_in_cells_as_wandbs_recipe_writes_them_are_columns(tmp_path):
    table = taken(tmp_path, RECIPE)
    np.testing.assert_allclose(table.numbers["error"], [9, 7, np.nan])
    np.testing.assert_array_equal(table.numbers["val_loss"], [np.nan, 0.5, np.nan])
    assert table.numbers["lr"].tolist() == [0.1, 0.2, 0.3]
    assert table.texts["optim"].to_pylist() == ["sgd", "adam", "adam"]
    assert table.texts["model"].to_pylist() == ["ant", "bee", "cow"]
