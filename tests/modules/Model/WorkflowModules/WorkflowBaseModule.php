<?php
// What the scaffolds use of MISP's base classes, written for tests.

class WorkflowBaseModule
{
    public $id;
    public $name;
    public $params = [];

    public function __construct()
    {
    }

    public function exec(array $node, WorkflowRoamingData $roamingData, array &$errors = []): bool
    {
        return true;
    }

    protected function getParamsWithValues(array $node, array $data): array
    {
        $filled = [];
        foreach ($this->params as $param) {
            $given = $node['data']['indexed_params'][$param['id']] ?? null;
            $param['value'] = $given ?? $param['default'] ?? '';
            $filled[$param['id']] = $param;
        }
        return $filled;
    }
}

class WorkflowBaseActionModule extends WorkflowBaseModule
{
}

class WorkflowBaseLogicModule extends WorkflowBaseModule
{
}
