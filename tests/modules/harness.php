<?php
// Loads one workflow module as MISP would, with the little of MISP that a module needs, and prints what became of it.
// Arguments: the file of the module, and the parameters of a node and the data as JSON.

define('APP', __DIR__ . '/');

class CakeLog
{
    public static $lines = [];

    public static function write($type, $message)
    {
        self::$lines[] = "$type: $message";
    }
}

class WorkflowRoamingData
{
    private $data;

    public function __construct(array $data)
    {
        $this->data = $data;
    }

    public function getData(): array
    {
        return $this->data;
    }
}

function __($text)
{
    return $text;
}

[, $file, $params, $data] = $argv;
include_once $file;
$class = basename($file, '.php');
$module = new $class();
$node = ['data' => ['id' => $module->id, 'indexed_params' => json_decode($params, true)]];
$errors = [];
$result = $module->exec($node, new WorkflowRoamingData(json_decode($data, true)), $errors);
echo json_encode([
    'id' => $module->id,
    'name' => $module->name,
    'outputs' => $module->outputs,
    'params' => $module->params,
    'result' => $result,
    'errors' => $errors,
    'log' => CakeLog::$lines,
]);
