import type { ReactElement, ReactNode } from 'react';
import { Button, Checkbox as AriaCheckbox, Label, ListBox, ListBoxItem, Popover, Radio, RadioGroup, Select, SelectValue, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { Icon } from './icon.tsx';

export interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly detail?: string | undefined;
  readonly isDisabled?: boolean;
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly options: readonly Option<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly isDisabled?: boolean;
}

/** One of many, in a list that opens. */
export function SelectField<Value extends string>({ label, isLabelHidden = false, options, value, onChange, isDisabled = false, isInline = false, minWidth }: ChoiceProps<Value> & { readonly isInline?: boolean; readonly minWidth?: number }): ReactElement {
  return (
    <Select
      className={`field ${isInline ? 'inline' : ''}`}
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(key as Value);
      }}
      isDisabled={isDisabled}
      aria-label={isLabelHidden ? label : undefined}
    >
      {isLabelHidden ? null : <Label className="field-label">{label}</Label>}
      <Button className="select-button" style={minWidth === undefined ? {} : { minWidth }}>
        <SelectValue className="select-value">{({ selectedText }) => selectedText}</SelectValue>
        <Icon name="down" size={12} />
      </Button>
      <Popover className="popover" offset={4}>
        <ListBox className="list" items={options}>
          {(option) => (
            <ListBoxItem id={option.value} textValue={option.label} className="list-item" isDisabled={option.isDisabled ?? false}>
              <span>
                {option.label}
                {option.detail === undefined ? null : <span className="detail muted">{option.detail}</span>}
              </span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}

/** One of a few, all in sight. */
export function Segmented<Value extends string>({ label, options, value, onChange, isDisabled = false }: ChoiceProps<Value>): ReactElement {
  return (
    <ToggleButtonGroup
      className="segmented"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      isDisabled={isDisabled}
      onSelectionChange={(keys) => {
        for (const key of keys) onChange(key as Value);
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className="segment" isDisabled={option.isDisabled ?? false}>
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** One of a few, each with a line that says what it means. */
export function RadioList<Value extends string>({ label, isLabelHidden = false, options, value, onChange, isDisabled = false, children }: ChoiceProps<Value> & { readonly children?: ReactNode }): ReactElement {
  return (
    <RadioGroup className="field" value={value} onChange={(next) => onChange(next as Value)} isDisabled={isDisabled} aria-label={isLabelHidden ? label : undefined}>
      {isLabelHidden ? null : <Label className="field-label">{label}</Label>}
      {options.map((option) => (
        <Radio key={option.value} value={option.value} className="radio" isDisabled={option.isDisabled ?? false}>
          <span>
            {option.label}
            {option.detail === undefined ? null : <span className="field-hint"> {option.detail}</span>}
          </span>
        </Radio>
      ))}
      {children}
    </RadioGroup>
  );
}

export function Checkbox({ label, isSelected, onChange }: { readonly label: ReactNode; readonly isSelected: boolean; readonly onChange: (isSelected: boolean) => void }): ReactElement {
  return (
    <AriaCheckbox className="checkbox" isSelected={isSelected} onChange={onChange}>
      <span className="checkbox-box" aria-hidden="true">
        <Icon name="check" size={12} />
      </span>
      {label}
    </AriaCheckbox>
  );
}

/** Any of a few: small toggles in a row. */
export function ChipSet<Value extends string>({
  label,
  options,
  values,
  onChange,
}: {
  readonly label: string;
  readonly options: readonly Option<Value>[];
  readonly values: readonly Value[];
  readonly onChange: (values: readonly Value[]) => void;
}): ReactElement {
  return (
    <ToggleButtonGroup
      className="chips"
      aria-label={label}
      selectionMode="multiple"
      selectedKeys={values}
      onSelectionChange={(keys) => onChange([...keys] as Value[])}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className="chip" isDisabled={option.isDisabled ?? false}>
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
